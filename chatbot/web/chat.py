"""The page that visitors see: ask, read the reply as it is written, say what was good and what was not.

Lays the page out and ties it to its handlers: `chat_events` for what is said, `chat_history` for chats of the past,
`chat_opinions` for what the visitor thinks. The look is in `theme`, the drawing in the scripts under `templates/`.
"""

import os
import sys
from pathlib import Path

import gradio as gr

from chatbot.dialogue.session import Session
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.persona import Persona
from chatbot.records import DISLIKE_REASONS
from chatbot.web.access import Access
from chatbot.web.chat_events import ChatEvents
from chatbot.web.chat_history import HistoryEvents
from chatbot.web.chat_opinions import OpinionEvents
from chatbot.web.chat_screen import Screen
from chatbot.web.chat_words import (
    attached_words,
    box_words,
    consent_words,
    header_words,
    retell,
    small_print_words,
    talk_words,
)
from chatbot.web.vendored import script_tags

UNQUEUED: dict[str, object] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
HEADER = """<header class="bar"><button type="button" class="icon menu" aria-label="Chats" title="Chats"></button>
<img class="logo" alt="" hidden><h1></h1>
<button type="button" class="small person"></button>
<button type="button" class="icon fresh" aria-label="New chat" title="New chat"></button>
<button type="button" class="icon shade" aria-label="Light or dark" title="Light or dark"></button>
<button type="button" class="icon leave" aria-label="Close the chat" title="Close the chat" hidden></button></header>
<p class="banner news" role="status" hidden></p><p class="banner case" role="status" hidden><span></span>
<button type="button" class="small enough">I don't need a colleague any more</button></p>"""
TALK = '<div class="talk" role="log" aria-label="Conversation" tabindex="0"></div>'
TRANSCRIPT = (
    "chat_parts",
    "chat_markdown",
    "chat_fold",
    "chat_speech",
    "chat_rating",
    "chat_closing",
    "chat_files",
    "chat_live",
    "chat_transcript",
)
HISTORY = """<nav aria-label="Your chats">
<label class="search" hidden><input type="search" placeholder="Search" aria-label="Search your chats"></label>
<ul class="history"></ul><p class="all" hidden></p></nav>"""
ATTACHED = """<input type="file" multiple hidden tabindex="-1" aria-label="Files to send"
 accept="image/jpeg,image/png,image/webp,image/gif,application/pdf,text/plain,.txt,.log,.csv">
 <ul class="attached" aria-label="Attached files"></ul><p class="told" role="alert" hidden></p>"""
CLIP = """<button type="button" class="icon clip" aria-label="Attach a photo or file"
 title="Attach a photo or file"></button>"""
MEMORY = """<section class="memory" hidden><label><input type="checkbox" role="switch"><span class="ask"></span></label>
<p class="means"></p><button type="button" class="link kept" hidden></button>
<dialog class="remembered" aria-label="What is remembered of you"></dialog>
<div class="told" role="status" popover="manual"></div></section>"""
MIC = '<button type="button" class="icon mic" hidden></button>'
# Gradio sums up its last 10,000 events with pandas after each event, for a page that is closed here.
NO_SUMMARIES = {"GRADIO_ANALYTICS_MAX_EVENTS": "1", "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(sys.maxsize)}
SMALL_PRINT = '<p class="small-print"></p>'


def build_chat_page(session: Session, access: Access) -> gr.Blocks:
    """The chat page, to be mounted at `/`."""
    for name, value in NO_SUMMARIES.items():
        os.environ.setdefault(name, value)
    persona = session.pack.persona
    screen = Screen(session, access)
    events, past, opinions = ChatEvents(screen), HistoryEvents(screen), OpinionEvents(screen)
    with gr.Blocks(title=persona.title, analytics_enabled=False, fill_width=True) as page:
        conversation = gr.BrowserState(None, storage_key="chatbot-conversation", secret="chatbot")
        with gr.Row(elem_id="chat"):
            with gr.Column(elem_id="side"):
                new = gr.Button("New chat", elem_id="new")
                history = _drawn(HISTORY, "chat_history", elem_id="history", found=None)
                consent = gr.Checkbox(**consent_words(persona), elem_id="consent")
                _drawn(MEMORY, "chat_parts", "chat_memory", elem_id="memory")
            with gr.Column(elem_id="main"):
                header, talk = _header(persona), _talk(session.pack)
                attached, box, send, stop = _composer(session)
        frame = [talk, conversation, history, box]
        queued: dict[str, object] = UNQUEUED | {"queue": True, "concurrency_limit": None, "trigger_mode": "multiple"}
        gr.on([box.submit, send.click], events.ask, [box, conversation, attached], frame, **queued)
        for trigger, answer in (
            (talk.suggest, events.suggest),
            (talk.again, events.again),
            (talk.revise, events.revise),
            (talk.branch, events.branch),
            (talk.person, events.person),
            (header.person, events.person),
            (header.enough, events.enough),
            (history.remove, past.remove),
            (history.remove_all, past.remove_all),
            (history.rename, past.rename),
        ):
            trigger(answer, [conversation], frame, **queued)
        stop.click(events.stop, None, None, **UNQUEUED)
        for trigger in (new.click, header.fresh):
            trigger(events.fresh, None, frame, **UNQUEUED)
        history.open(past.open, None, frame, **UNQUEUED)
        history.search(past.search, None, history, **UNQUEUED)
        talk.rate(opinions.rate, None, talk, **queued)
        talk.helped(opinions.helped, None, None, **queued)
        consent.input(opinions.consent, [consent], consent, **queued)
        page.load(events.load, [conversation], [*frame[:3], consent, header], **UNQUEUED)
        talk.live(events.look, [conversation], [header, *frame[:3]], **UNQUEUED | {"trigger_mode": "multiple"})
        page.unload(events.close)
    session.current.follow(lambda pack: retell(page, pack))
    return page


def _header(persona: Persona) -> gr.HTML:
    return _drawn(HEADER, "chat_header", "chat_widget", elem_id="head", **header_words(persona))


def _talk(pack: Pack) -> gr.HTML:
    fixed: dict[str, object] = {"reasons": list(DISLIKE_REASONS), "receipt": None, "refused": None}
    return _drawn(TALK, *TRANSCRIPT, elem_id="talk", head=script_tags(), **talk_words(pack), **fixed)


def _attached(session: Session) -> gr.HTML:
    """The files to be sent with the next message: its value is the list of their ids."""
    settings = session.settings
    return _drawn(
        ATTACHED,
        "chat_parts",
        "chat_attach",
        elem_id="attached",
        on=settings.uploads,
        most=settings.uploads_per_message,
        megabytes=settings.upload_megabytes,
        **attached_words(session.pack.persona),
    )


def _composer(session: Session) -> tuple[gr.HTML, gr.Textbox, gr.Button, gr.Button]:
    persona, takes = session.pack.persona, session.settings.uploads
    with gr.Row(elem_id="composer"):
        attached = _attached(session)
        _drawn(CLIP, "chat_clip", elem_id="clip", on=takes)
        box = gr.Textbox(
            label="Message",
            show_label=False,
            container=False,
            **box_words(persona),
            lines=1,
            max_lines=8,
            autofocus=True,
            elem_id="box",
        )
        _drawn(MIC, "chat_voice", elem_id="mic", language=persona.language)
        send = gr.Button("Send", variant="primary", elem_id="send", min_width=0)
        stop = gr.Button("Stop", elem_id="stop", min_width=0)
    _drawn(SMALL_PRINT, "chat_composer", elem_id="small-print", **small_print_words(persona))
    return attached, box, send, stop


def _drawn(template: str, *scripts: str, **props: object) -> gr.HTML:
    folder = Path(__file__).parent / "templates"
    code = "\n".join((folder / f"{script}.js").read_text(encoding="utf-8") for script in scripts)
    return gr.HTML(None, html_template=template, js_on_load=code, apply_default_css=False, **props)
