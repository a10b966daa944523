"""One try at one reply from one server: the stream is read to its end, and what goes wrong is told as `ServerError`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress

import httpx2

from chatbot.engines.chat_completions import DONE, Chunk, error_text, read_chunk, reason_of
from chatbot.engines.remote_servers import Server, ServerError
from chatbot.errors import EngineError

UNREACHABLE = (httpx2.NetworkError, httpx2.ConnectTimeout, httpx2.RemoteProtocolError, httpx2.ProxyError)
BROKEN_OFF = ("", "abort", "error")
DRAIN_SECONDS = 0.5
REMEDIES = {
    401: "; set the API key that the server asks for",
    403: "; the API key may not use this model",
    404: "; correct the address or the model's name (GET /v1/models lists them)",
}


async def read_reply(
    client: httpx2.AsyncClient, server: Server, body: Mapping[str, object], take: Callable[[Chunk], None]
) -> str:
    """Hand each chunk of the reply to `take`; returns the server's reason for the end. Raises `ServerError`."""
    begun, finish = False, ""
    try:
        async with client.stream("POST", f"{server.url}/chat/completions", json=body) as response:
            if response.status_code != 200:
                raise refusal(server, response, (await response.aread()).decode(errors="replace"))
            events = aiter(httpx2.EventSource(response))
            async for event in events:
                if event.data == DONE:
                    finish = finish or "stop"
                    await _drain(events)
                    break
                chunk = read_chunk(event.data)
                if chunk.text and not begun:
                    begun = True
                    server.breaker.first_token()
                take(chunk)
                finish = chunk.finish or finish
    except asyncio.CancelledError:
        if begun:
            server.breaker.succeeded()
        raise
    except ServerError:
        raise
    except (httpx2.HTTPError, EngineError) as error:
        if finish not in BROKEN_OFF:
            return finish
        raise _explain(server, begun, error) from error
    if finish in BROKEN_OFF:
        raise _cut_short(server, begun, f"the stream ended with {finish!r}" if finish else "the stream ended too early")
    return finish


async def _drain(events: AsyncIterator[object]) -> None:
    """Read what follows the end, which is nothing, so that the connection can be used again."""
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in events:
                pass


def _explain(server: Server, begun: bool, error: httpx2.HTTPError | EngineError) -> ServerError:
    if isinstance(error, UNREACHABLE):
        reason = reason_of(error)
        if begun:
            return _cut_short(server, begun, reason)
        text = f"{server.url} cannot be reached ({reason}): start it or correct the address"
        return ServerError(text, "unreachable", retry=True)
    if isinstance(error, httpx2.TimeoutException):
        return ServerError(f"{server.url} fell silent: ask again, or see what keeps it busy", "unreachable")
    if isinstance(error, httpx2.SSEError):
        return ServerError(f"{server.url} does not stream like an OpenAI-compatible server: {error}")
    return ServerError(f"{server.url} failed: {error}")


def _cut_short(server: Server, begun: bool, reason: str) -> ServerError:
    when = "in the middle of the reply" if begun else "before the first token"
    return ServerError(f"{server.url} broke off {when} ({reason}): ask again", retry=not begun)


def refusal(server: Server, response: httpx2.Response, body: str) -> ServerError:
    """What an answer other than 200 means: 429 and 503 may be tried again, other 4xx are not the server's fault."""
    status = response.status_code
    text = f"{server.url} answered {status}: {error_text(body)}{REMEDIES.get(status, '')}"
    if status in (429, 503):
        asked = response.headers.get("retry-after", "")
        wait = float(asked) if asked.isdigit() else 0.0
        return ServerError(text, "none" if status == 429 else "unreachable", retry=True, wait=wait)
    return ServerError(text, "bad reply" if status >= 500 else "none")
