"""The page that visitors see: ask, read the reply as it is written, say what was good and what was not.

Lays the page out and ties it to `chat_events`. The look is in `theme`, the drawing in the scripts under `templates/`.
"""

from pathlib import Path

import gradio as gr

from chatbot.dialogue.session import Session
from chatbot.records import DISLIKE_REASONS
from chatbot.web.access import Access
from chatbot.web.chat_events import ChatEvents
from chatbot.web.notices import UNQUEUED
from chatbot.web.vendored import script_tags

TICK_SECONDS = 2
CONSENT = "Off by default. When on, your chats may train the assistant, after personal details are taken out."
HEADER = """<header class="bar"><button type="button" class="icon menu" aria-label="Chats" title="Chats"></button>
<h1></h1><div class="state"><span class="version"></span><span class="news" role="status"></span>
<span class="learning" role="progressbar" aria-label="Learning" aria-valuemin="0" aria-valuemax="100" hidden>
<b><i></i></b><span></span></span></div>
<button type="button" class="icon fresh" aria-label="New chat" title="New chat"></button>
<button type="button" class="icon shade" aria-label="Light or dark" title="Light or dark"></button></header>"""
TALK = '<div class="talk" role="log" aria-label="Conversation" tabindex="0"></div>'
TRANSCRIPT = ("chat_markdown", "chat_transcript")
HISTORY = '<nav aria-label="Your chats"><ul class="history"></ul></nav>'
SMALL_PRINT = '<p class="small-print">Replies can be wrong. Please check what matters.</p>'


def build_chat_page(session: Session, access: Access) -> gr.Blocks:
    """The chat page, to be mounted at `/`."""
    persona = session.pack.persona
    events = ChatEvents(session, access)
    with gr.Blocks(title=persona.title, analytics_enabled=False, fill_width=True) as page:
        conversation = gr.BrowserState(None, storage_key="chatbot-conversation", secret="chatbot")
        with gr.Row(elem_id="chat"):
            with gr.Column(elem_id="side"):
                new = gr.Button("New chat", elem_id="new")
                history = _drawn(HISTORY, "chat_history", elem_id="history")
                consent = gr.Checkbox(label="Help the assistant learn", info=CONSENT, elem_id="consent")
            with gr.Column(elem_id="main"):
                header = _drawn(HEADER, "chat_header", elem_id="head", headline=persona.title)
                talk = _drawn(
                    TALK,
                    *TRANSCRIPT,
                    elem_id="talk",
                    head=script_tags(),
                    headline=f"{persona.title} assistant",
                    greeting=persona.greeting,
                    suggestions=list(persona.suggestions),
                    reasons=list(DISLIKE_REASONS),
                    receipt=None,
                    refused=None,
                )
                with gr.Row(elem_id="composer"):
                    box = gr.Textbox(
                        label="Message",
                        show_label=False,
                        container=False,
                        placeholder="Ask a question",
                        lines=1,
                        max_lines=8,
                        autofocus=True,
                        elem_id="box",
                    )
                    send = gr.Button("Send", variant="primary", elem_id="send", min_width=0)
                    stop = gr.Button("Stop", elem_id="stop", min_width=0)
                _drawn(SMALL_PRINT, "chat_composer")
        frame = [talk, conversation, history, box]
        queued: dict[str, object] = UNQUEUED | {"queue": True, "concurrency_limit": None, "trigger_mode": "multiple"}
        gr.on([box.submit, send.click], events.ask, [box, conversation], frame, **queued)
        for trigger, answer in (
            (talk.suggest, events.suggest),
            (talk.again, events.again),
            (talk.revise, events.revise),
            (talk.branch, events.branch),
            (history.remove, events.remove),
        ):
            trigger(answer, [conversation], frame, **queued)
        stop.click(events.stop, None, None, **UNQUEUED)
        for trigger in (new.click, header.fresh):
            trigger(events.fresh, None, frame, **UNQUEUED)
        history.open(events.open, None, frame, **UNQUEUED)
        talk.rate(events.rate, None, talk, **queued)
        consent.input(events.consent, [consent], consent, **queued)
        page.load(events.load, [conversation], [*frame[:3], consent, header], **UNQUEUED)
        gr.Timer(TICK_SECONDS).tick(events.tick, [conversation], [header, *frame[:3]], **UNQUEUED)
        page.unload(events.close)
    return page


def _drawn(template: str, *scripts: str, **props: object) -> gr.HTML:
    folder = Path(__file__).parent / "templates"
    code = "\n".join((folder / f"{script}.js").read_text(encoding="utf-8") for script in scripts)
    return gr.HTML(None, html_template=template, js_on_load=code, apply_default_css=False, **props)
