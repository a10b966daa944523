"""What a bot may remember of somebody who agreed to it: fields that the pack names, and nothing else.

A field is heard in the visitor's own words by its `phrases`. `*` in a phrase stands for the value, as in
"my name is *"; a phrase without it is the value itself, as in "keep it short".
"""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chatbot.knowledge.pack_texts import Text
from chatbot.knowledge.slugs import SLUG

VALUE = "*"
WORDS = 4
MOST_WORDS = 12
MOST_FIELDS = 12


def _phrase(text: str) -> str:
    before, star, after = (part.strip() for part in text.partition(VALUE))
    if star and (VALUE in after or not re.search(r"\w", before)):
        raise ValueError(f"phrase {text!r}: give words and then one '*' for the value, as in 'my name is *'")
    if not re.search(r"\w", text):
        raise ValueError(f"phrase {text!r}: holds no word")
    return text


Phrase = Annotated[Text, AfterValidator(_phrase)]
Name = Annotated[str, StringConstraints(pattern=f"^{SLUG.pattern}$")]


class MemoryField(BaseModel):
    """One thing to remember, which visitors see under its `label`.

    A value is one of `values`, where they are given, else at most so many `words`. With `finds`, questions are looked
    up together with it as well.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Text
    phrases: list[Phrase] = Field(min_length=1)
    values: list[Text] = Field(default_factory=list)
    words: int = Field(default=WORDS, ge=1, le=MOST_WORDS)
    finds: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.values and not any(VALUE in phrase for phrase in self.phrases):
            raise ValueError("values: no phrase has a '*' that could stand for one of them")
        long = [value for value in self.values if len(value.split()) > self.words]
        if long:
            raise ValueError(f"values: {long[0]!r} has more words than `words` = {self.words} allows: raise that")
        return self


class Memory(BaseModel):
    """The section `[memory]` of `pack.toml`; without fields nothing is remembered, and nobody is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: Text = "Remember me"
    means: Text = (
        "Off by default. When on, what you say about yourself is kept for your next chats with us, in your own words. "
        "Our staff can see it too. Turn it off, and it is forgotten."
    )
    fields: dict[Name, MemoryField] = Field(default_factory=dict, max_length=MOST_FIELDS)

    @model_validator(mode="after")
    def _check(self) -> Self:
        heard: dict[str, str] = {}
        for name, field in self.fields.items():
            for phrase in field.phrases:
                words = " ".join(phrase.lower().split())
                if words in heard:
                    raise ValueError(
                        f"fields.{name}: phrase {phrase!r} stands in {heard[words]!r} too: keep one of them"
                    )
                heard[words] = name
        return self
