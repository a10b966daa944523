"""When a pack hands over to a person, and what is said then."""

from pydantic import BaseModel, ConfigDict, model_validator

from chatbot.knowledge.hours import Hours
from chatbot.knowledge.pack_texts import Text

ADDRESS = "{address}"


class HandoffRules(BaseModel):
    """Phrases that ask for a person, and what is said then.

    Outside the `hours`, `outside` is said, which asks for an e-mail address, and `kept` once one was given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    phrases: list[Text]
    message: Text
    hours: Hours | None = None
    outside: Text | None = None
    kept: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> "HandoffRules":
        if len({self.hours is None, self.outside is None, self.kept is None}) > 1:
            raise ValueError("hours, outside and kept belong together: give all three or none")
        if self.kept is not None and ADDRESS not in self.kept:
            raise ValueError(f"kept: must hold {ADDRESS}, in whose place the visitor's address is said")
        return self
