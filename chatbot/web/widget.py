"""The chat on any site, by one line of HTML: the script that draws a button, behind which the chat page opens.

    <script src="https://chat.example/widget.js" async></script>

The script itself is `templates/widget.js`; what it is told of the installation stands before it.
"""

import json
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from chatbot.dialogue.session import Session
from chatbot.web.brand import colours
from chatbot.web.routes import get_route
from chatbot.web.widget_frames import SCRIPT

SOURCE = Path(__file__).parent / "templates" / "widget.js"
UNSET = "this chat stands on no other site: name the sites in the setting `widget_origins`"
HEADERS = {"Cache-Control": "public, max-age=300"}


def widget_routes(session: Session) -> APIRouter:
    """The script."""
    router = APIRouter(include_in_schema=False)
    source = SOURCE.read_text(encoding="utf-8")

    @get_route(router, SCRIPT, include_in_schema=False)
    def script() -> Response:
        origins, persona = session.settings.widget_origins, session.pack.persona
        if not origins:
            return JSONResponse({"detail": UNSET}, 404)
        light, dark = colours(persona)
        told = {"title": persona.title, "light": light, "dark": dark, "language": persona.language, "origins": origins}
        return Response(
            source.replace("TOLD;", f"{json.dumps(told)};", 1), media_type="text/javascript", headers=HEADERS
        )

    return router
