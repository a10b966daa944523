"""The persona and the rules as forms: what is filled in becomes the file's text, of which all else stays."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from chatbot.knowledge.editing.hours_form import TABLE, HoursForm
from chatbot.knowledge.editing.toml_values import Value, with_values
from chatbot.knowledge.packs import Rule
from chatbot.knowledge.persona import Persona, Texts
from chatbot.knowledge.rules.actions import ActionName


class Form(BaseModel):
    """Values as somebody typed them; what they may be is said by the pack's own check."""

    model_config = ConfigDict(extra="forbid")


class RuleForm(Form):
    """A rule; lists have a line for each text, and `message` is empty where none is said."""

    action: ActionName
    message: str = ""
    sure: float = Field(default=0.5, gt=0, lt=1)
    examples: list[str]
    unlike: list[str] = Field(default_factory=list)
    replies: list[str] = Field(default_factory=list)

    @classmethod
    def of(cls, rule: Rule) -> "RuleForm":
        """A rule as it is."""
        return cls.model_validate(rule.model_dump(exclude={"name"}) | {"message": rule.message or ""})

    def written(self, text: str) -> str:
        """The rule's file, `text` before, with these values."""
        values: dict[str, Value] = {
            "action": self.action,
            "message": self.message.strip() or None,
            "sure": self.sure,
            "examples": _filled(self.examples),
            "unlike": _filled(self.unlike) or None,
            "replies": _filled(self.replies) or None,
        }
        return with_values(text, values, {"sure": Rule.model_fields["sure"].default})


class PersonaForm(Form):
    """What the bot says of itself, and what the chat page says; texts that are empty are the usual ones.

    `hours` are those that it says in words. Without `opening` people are fetched at any hour, and neither `outside` nor
    `kept` is said.
    """

    title: str
    description: str
    greeting: str
    suggestions: list[str]
    system: str
    unknown: str
    email: str
    phone: str
    hours: str
    phrases: list[str]
    message: str
    opening: HoursForm | None
    outside: str = ""
    kept: str = ""
    accent: str
    texts: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def of(cls, persona: Persona) -> "PersonaForm":
        """The persona as it is."""
        handoff = persona.handoff
        return cls(
            **persona.model_dump(include={"title", "description", "greeting", "suggestions", "system", "unknown"}),
            **persona.contact.model_dump(),
            phrases=list(handoff.phrases),
            message=handoff.message,
            opening=HoursForm.of(handoff.hours) if handoff.hours else None,
            outside=handoff.outside or "",
            kept=handoff.kept or "",
            accent=persona.accent,
            texts=persona.texts.model_dump(),
        )

    def written(self, text: str) -> str:
        """`pack.toml`, `text` before, with these values."""
        values: dict[str, Value] = {
            "title": self.title.strip(),
            "description": self.description.strip(),
            "greeting": self.greeting.strip(),
            "suggestions": _filled(self.suggestions),
            "system": self.system.strip(),
            "unknown": self.unknown.strip() or None,
            "accent": self.accent.strip() or None,
            "contact.email": self.email.strip(),
            "contact.phone": self.phone.strip(),
            "contact.hours": self.hours.strip(),
            "handoff.phrases": _filled(self.phrases),
            "handoff.message": self.message.strip(),
            "handoff.outside": (self.opening and self.outside.strip()) or None,
            "handoff.kept": (self.opening and self.kept.strip()) or None,
            **(self.opening.values() if self.opening else {TABLE: None}),
        }
        usual: dict[str, Value] = {name: Persona.model_fields[name].default for name in ("unknown", "accent")}
        for name, field in Texts.model_fields.items():
            values[f"texts.{name}"] = self.texts.get(name, "").strip() or None
            usual[f"texts.{name}"] = field.default
        return with_values(text, values, usual)


def _filled(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]
