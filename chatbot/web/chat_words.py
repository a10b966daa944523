"""What the chat page says in the pack's words; whoever opens it after a change of the pack reads the new ones."""

import gradio as gr

from chatbot.knowledge.packs import Pack
from chatbot.knowledge.persona import Persona
from chatbot.web.brand import BRAND, LOGO, brand_head

Words = dict[str, object]


def header_words(persona: Persona) -> Words:
    """In the bar at the top."""
    return {
        "headline": persona.title,
        "person": persona.texts.person,
        "logo": LOGO if persona.logo else "",
        "hours": persona.contact.hours.rstrip("."),
        "keeps_hours": persona.handoff.hours is not None,
    }


def talk_words(pack: Pack) -> Words:
    """In the transcript, and where there is none yet."""
    persona = pack.persona
    return {
        "headline": f"{persona.title} assistant",
        "greeting": persona.greeting,
        "logo": LOGO if persona.logo else "",
        "suggestions": list(persona.suggestions),
        "quick": {rule.name: rule.replies for rule in pack.rules if rule.does.act == "ask"},
        "language": persona.language,
        "person": persona.texts.person,
        "helped": persona.texts.helped,
    }


def consent_words(persona: Persona, given: bool = False) -> Words:
    """Of the switch that lets chats be learned from: what holds while it is on or off."""
    texts = persona.texts
    return {"label": texts.consent, "info": texts.consent_given if given else texts.consent_means}


def box_words(persona: Persona) -> Words:
    """In the empty message box."""
    return {"placeholder": persona.texts.ask}


def small_print_words(persona: Persona) -> Words:
    """Below it."""
    return {"words": persona.texts.small_print, "ask": persona.texts.ask}


def attached_words(persona: Persona) -> Words:
    """In the box instead, while files are attached: what is sent where nothing is typed."""
    return {"ask": persona.texts.ask, "words": persona.texts.attached}


def retell(page: gr.Blocks, pack: Pack) -> None:
    """Let the page say what a pack says to whoever opens it from now on; pages that are open stay as they are."""
    persona = pack.persona
    drawn = {"head": header_words(persona), "talk": talk_words(pack), "small-print": small_print_words(persona)}
    drawn["attached"] = attached_words(persona)
    fields = {"consent": consent_words(persona), "box": box_words(persona)}
    for block in page.blocks.values():
        if block.elem_id in drawn:
            block.props.update(drawn[block.elem_id])
        for name, value in fields.get(block.elem_id, {}).items():
            setattr(block, name, value)
    page.title = persona.title
    page.head = BRAND.sub(lambda _: brand_head(persona), page.head or "")
    page.config = page.get_config_file()
