"""The wire format of OpenAI-compatible servers: addresses, the body of a request, a streamed chunk, an error's text.

Only what the project needs of `/v1/chat/completions`; nothing here opens a connection.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from chatbot.errors import EngineError
from chatbot.records import ChatMessage, Sampling

LONGEST_MESSAGE = 300
MOST_STOPS = 4
DONE = "[DONE]"


@dataclass(frozen=True)
class Chunk:
    """One event of a stream: a piece of text, the reason it ended, and the two counts of tokens, where it has them."""

    text: str = ""
    finish: str | None = None
    usage: tuple[int, int] | None = None


def api_address(url: str) -> str:
    """The address under which `/chat/completions` stands: `/v1` is added where no path is given.

    Raises `EngineError` for what is no http(s) address, and for one with a name and password in it.
    """
    try:
        parts = urlsplit(url.strip())
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise EngineError(f"{url!r} is not a server's address: write it like http://localhost:8000")
    if parts.username is not None:
        raise EngineError(f"the address of {parts.hostname} carries a name or password: give it as the API key instead")
    path = parts.path.rstrip("/") or "/v1"
    return f"{parts.scheme}://{parts.netloc}{path}"


def authorization(api_key: str | None) -> dict[str, str]:
    """The header that carries the API key; none without one."""
    return {"Authorization": f"Bearer {api_key}"} if api_key else {}


def request_body(
    model: str, messages: Sequence[ChatMessage], sampling: Sampling, hosted: bool = False
) -> dict[str, object]:
    """A request for a streamed reply with its usage.

    The repetition penalty goes under the names of vLLM and SGLang and of llama.cpp, each of which passes over the
    other's. `hosted` keeps to the fields that OpenAI's own service knows, which has no such penalty. Servers may
    refuse more than four stop strings: four are sent, and the engine watches for all of them.
    """
    body: dict[str, object] = {
        "model": model,
        "messages": [_on_the_wire(message) for message in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": sampling.temperature,
        "seed": sampling.seed,
        "max_completion_tokens" if hosted else "max_tokens": sampling.max_new_tokens,
    }
    if sampling.temperature > 0:
        body["top_p"] = sampling.top_p
    if sampling.stop:
        body["stop"] = list(sampling.stop[:MOST_STOPS])
    if sampling.schema:
        named = {"name": "reply", "schema": json.loads(sampling.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    if not hosted:
        body["repetition_penalty"] = body["repeat_penalty"] = sampling.repetition_penalty
    return body


def _on_the_wire(message: ChatMessage) -> dict[str, object]:
    """A message as servers take it; pictures stand before the words about them."""
    shown = [{"type": "image_url", "image_url": {"url": address}} for address in message.get("images", [])]
    words = {"type": "text", "text": message["content"]}
    return {"role": message["role"], "content": [*shown, words] if shown else message["content"]}


def read_chunk(data: str) -> Chunk:
    """One event's data; raises `EngineError` with the server's words for an error sent in mid-stream."""
    try:
        event = json.loads(data)
    except ValueError:
        raise EngineError(f"it sent what is not JSON: {data[:80]!r}") from None
    if not isinstance(event, dict) or event.get("error") or event.get("object") == "error":
        raise EngineError(f"it gave up the reply: {error_text(data)}")
    usage = event.get("usage")
    counts = (int(usage.get("prompt_tokens", 0)), int(usage.get("completion_tokens", 0))) if usage else None
    choice = (event.get("choices") or [{}])[0]
    delta = choice.get("delta") or {}
    return Chunk(delta.get("content") or "", choice.get("finish_reason"), counts)


def error_text(body: str) -> str:
    """What a server says is wrong, from the shapes of OpenAI, vLLM (new and old), llama.cpp and FastAPI;
    at most 300 characters."""
    try:
        told = json.loads(body)
    except ValueError:
        told = body
    if isinstance(told, dict):
        error = told.get("error", told)
        told = error.get("message", error.get("detail", error)) if isinstance(error, dict) else error
    text = " ".join((told if isinstance(told, str) else json.dumps(told)).split())
    return (text[:LONGEST_MESSAGE] + "…" if len(text) > LONGEST_MESSAGE else text) or "no reason given"


def reason_of(error: Exception) -> str:
    """What a failed connection says of itself, or its kind where it says nothing."""
    return str(error) or type(error).__name__
