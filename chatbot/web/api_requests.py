"""What `/v1` reads: the bodies of chat completions and of feedback, as clients of OpenAI's API send them.

`null` is a field that was not sent, and fields that are not named here are ignored, as a model of one domain has no use
for them. Only the new message must be one that can be answered: of what was said before, whatever is not a
person's or an assistant's words is left out.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from chatbot.engines.chat_completions import MOST_STOPS
from chatbot.records import ChatMessage, SamplingOverrides
from chatbot.web.bodies import Body, whole_text
from chatbot.web.response_format import ResponseFormat

PREFIX = "chatcmpl-"
SPEAKERS = ("user", "assistant")  # the persona is the pack's and no tool is ever called: other roles say nothing
PICTURE = "image_url"
DATA = "data:image/"
WORDS = ("text", "input_text", "output_text", "refusal")  # types of parts


class Part(Body):
    """A piece of a message; words are taken, and of a picture its address."""

    type: str
    text: str = ""
    refusal: str = ""
    url: str = ""

    @model_validator(mode="before")
    @classmethod
    def _holds_words_only(cls, given: object) -> object:
        """Leave the fields of other parts alone, whatever they hold."""
        if isinstance(given, str):
            return {"type": "text", "text": whole_text(given)}
        if isinstance(given, dict) and given.get("type") == PICTURE:
            shown = given.get(PICTURE)
            url = shown.get("url") if isinstance(shown, dict) else shown
            return {"type": PICTURE, "url": url if isinstance(url, str) else ""}
        if isinstance(given, dict) and isinstance(given.get("type"), str) and given["type"] not in WORDS:
            return {"type": given["type"]}
        return given


def _as_parts(given: object) -> object:
    if given is None or isinstance(given, list):
        return given or []
    if not isinstance(given, str):
        raise ValueError(f"it must be a string or a list of parts, not {str(given)[:80]!r}")
    return [given]


Content = Annotated[list[Part], BeforeValidator(_as_parts, json_schema_input_type=str | list[Part] | None)]


class RequestMessage(Body):
    """A message as clients send it."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Content = Field(default_factory=list)
    refusal: str = ""

    @model_validator(mode="before")
    @classmethod
    def _is_said(cls, given: object) -> object:
        """Of what nobody said, only the role is read."""
        if isinstance(given, dict) and given.get("role") not in SPEAKERS:
            return {"role": given.get("role")}
        return given

    @property
    def text(self) -> str:
        """The words of its content as one string; of an assistant who refused, those of the refusal."""
        words = "\n".join(part.text or part.refusal for part in self.content if part.type in WORDS)
        return words or self.refusal

    @property
    def said(self) -> bool:
        """Whether somebody said something in words."""
        return self.role in SPEAKERS and bool(self.text.strip())


class StreamOptions(Body):
    """What a stream should hold besides the text."""

    include_usage: bool = False


def _as_list(given: object) -> object:
    strings = [given] if isinstance(given, str) else [] if given is None else given
    if not isinstance(strings, list):
        raise ValueError(f"it must be a string or a list of at most {MOST_STOPS} strings, not {str(given)[:80]!r}")
    return [whole_text(one) for one in strings if one not in ("", None)]


StopString = Annotated[str, Field(max_length=100)]
StopStrings = Annotated[
    list[StopString],
    Field(max_length=MOST_STOPS),
    BeforeValidator(_as_list, json_schema_input_type=StopString | list[StopString] | None),
]
Limit = Annotated[int, Field(ge=-1, description="Tokens; 0 and -1, which some clients send, set no limit.")]


class CompletionRequest(Body):
    """The body of `POST /v1/chat/completions`."""

    model: str
    messages: Annotated[list[RequestMessage], Field(min_length=1)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = None
    max_tokens: Limit | None = None
    max_completion_tokens: Limit | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    seed: int | None = None
    stop: StopStrings = Field(default_factory=list)
    response_format: ResponseFormat | None = None
    user: Annotated[str, Field(max_length=200, coerce_numbers_to_str=True)] = ""
    conversation: Annotated[
        str,
        Field(
            max_length=100,
            description="Goes on in a conversation that this caller got before; of `messages` only the new one counts.",
        ),
    ] = ""

    @field_validator("messages")
    @classmethod
    def _ends_with_the_user(cls, messages: list[RequestMessage]) -> list[RequestMessage]:
        asked = _new_message(messages)
        if asked is None:
            raise ValueError("the last message must be the user's")
        for place, part in enumerate(messages[asked].content):
            if part.type == PICTURE and not part.url.startswith(DATA):
                raise ValueError(
                    f"messages.{asked}.content.{place}: nothing is fetched from elsewhere: send the picture itself, as "
                    f"{DATA}jpeg;base64,…"
                )
            if part.type not in (*WORDS, PICTURE):
                raise ValueError(
                    f"messages.{asked}.content.{place}: a part of type {part.type[:40]!r} is not taken, only "
                    "'text' and 'image_url' are: say it in words"
                )
        return messages

    def pictures(self) -> list[str]:
        """The addresses of the new message's pictures, which hold them."""
        asked = _new_message(self.messages) or 0
        return [part.url for part in self.messages[asked].content if part.type == PICTURE]

    def talk(self) -> list[ChatMessage]:
        """What user and assistant said in words, the new message last."""
        asked = _new_message(self.messages) or 0
        kept = [message for message in self.messages[:asked] if message.said] + [self.messages[asked]]
        return [ChatMessage(role=message.role, content=message.text) for message in kept]

    def overrides(self) -> SamplingOverrides:
        """The fields of `Sampling` that the client sets; a `top_p` of 0 is greedy."""
        asked = SamplingOverrides()
        if limits := [limit for limit in (self.max_completion_tokens, self.max_tokens) if limit and limit > 0]:
            asked["max_new_tokens"] = limits[0]
        if self.top_p == 0:
            asked["temperature"] = 0.0
        else:
            if self.temperature is not None:
                asked["temperature"] = self.temperature
            if self.top_p is not None:
                asked["top_p"] = self.top_p
        if self.seed is not None:
            asked["seed"] = self.seed % 2**31
        if self.stop:
            asked["stop"] = tuple(self.stop)
        if self.structured:
            asked["schema"] = self.structured
        return asked

    @property
    def structured(self) -> str:
        """The JSON schema that the reply must satisfy; empty where it is free text."""
        return self.response_format.text if self.response_format else ""


def _new_message(messages: list[RequestMessage]) -> int | None:
    """The place of the message to answer: the last one, but for those that nobody said."""
    last = next((i for i in range(len(messages) - 1, -1, -1) if messages[i].role == "user" or messages[i].said), None)
    return last if last is not None and messages[last].role == "user" else None


class FeedbackRequest(Body):
    """The body of `POST /v1/feedback`; stars and corrections are for staff."""

    id: str
    token: Annotated[str, Field(max_length=500, description="The reply's `feedback_token`.")] = ""
    user: Annotated[str, Field(max_length=200, coerce_numbers_to_str=True)] = ""
    rating: Literal["like", "dislike"] | None = None
    reasons: list[str] = Field(default_factory=list)
    comment: str = ""
    stars: dict[str, int] = Field(default_factory=dict)
    correction: str = ""

    @field_validator("stars", mode="before")
    @classmethod
    def _without_unset(cls, stars: object) -> object:
        return {name: value for name, value in stars.items() if value is not None} if isinstance(stars, dict) else stars

    @property
    def message(self) -> str:
        """The stored reply's id."""
        return self.id.removeprefix(PREFIX)
