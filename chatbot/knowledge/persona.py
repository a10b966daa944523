"""Who a pack's bot is, what its page says and looks like: the content of `pack.toml`."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chatbot.knowledge.colours import Colour
from chatbot.knowledge.handoff_rules import HandoffRules
from chatbot.knowledge.memory_fields import Memory
from chatbot.knowledge.pack_texts import Text
from chatbot.knowledge.slugs import SLUG

LARGEST_LOGO = 200_000  # bytes
LOGO_TYPES = {"svg": "image/svg+xml", "png": "image/png", "webp": "image/webp"}
Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG.pattern}$")]
Logo = Annotated[str, StringConstraints(pattern=rf"^([\w-]+\.({'|'.join(LOGO_TYPES)}))?$")]


class Row(BaseModel):
    """What stands in a pack's files: nothing but what is known, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Contact(Row):
    """How customers reach a person."""

    email: str = ""
    phone: str = ""
    hours: str = ""


class Texts(Row):
    """What the chat page says in the pack's words."""

    ask: Text = "Ask a question"
    small_print: Text = "Replies can be wrong. Please check what matters."
    person: Text = "Talk to a person"
    helped: Text = "Did this answer your question?"
    attached: Text = "Please look at this."
    unseen: Text = "I cannot look at files myself."
    consent: Text = "Help the assistant learn"
    consent_means: Text = (
        "Off by default. When on, your chats may train the assistant, after personal details are taken out."
    )
    consent_given: Text = (
        "On: your chats may train the assistant, after personal details are taken out. Switch off to take it back: "
        "no later training uses them; what was learned from them before stays."
    )


class Persona(Row):
    """The content of `pack.toml`."""

    name: Slug
    title: Text
    description: Text
    language: Text
    licence: Text
    accent: Colour = "#2f6f62"
    logo: Logo = ""
    greeting: Text
    suggestions: list[Text] = Field(min_length=1, max_length=8)
    system: Text
    unknown: Text = "I'm sorry, I don't have that information, and I'd rather not guess. Shall I get a colleague?"
    contact: Contact
    handoff: HandoffRules
    texts: Texts = Texts()
    memory: Memory = Memory()


def logo_faults(folder: Path, logo: str) -> list[str]:
    """What is wrong with the logo that `pack.toml` names."""
    if not logo:
        return []
    if not (folder / logo).is_file():
        return [f"pack.toml: logo {logo!r} is not in the pack's folder: put it there, or leave `logo` out"]
    size = (folder / logo).stat().st_size
    sent = f"{logo}: {size:,} bytes, and at most {LARGEST_LOGO:,} are sent to every visitor: make it smaller"
    return [sent] if size > LARGEST_LOGO else []
