"""Any OpenAI-compatible server as an engine: vLLM, SGLang, llama.cpp's, a hosted one; one or several of them.

Replies stream over server-sent events. One thread with an event loop writes all of them and checks the servers'
health; a cancelled reply closes its connection, by which the server frees the place. Nothing is tried again after the
first token. What a server renders is its own chat template: it must be the base model's for replies like in training.
"""

import asyncio
import logging
import queue
import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing

import httpx2

from chatbot.engines.base import Usage
from chatbot.engines.chat_completions import Chunk, api_address, authorization, reason_of, request_body
from chatbot.engines.remote_reply import read_reply
from chatbot.engines.remote_servers import Limits, Server, ServerError, Servers
from chatbot.engines.stopping import until_stop
from chatbot.engines.vllm_adapters import VllmAdapters, unload_idle
from chatbot.engines.wanted import Wanted
from chatbot.errors import EngineError
from chatbot.libraries import import_libraries
from chatbot.records import ChatMessage, Finish, Sampling

logger = logging.getLogger(__name__)

CountTokens = Callable[[Sequence[ChatMessage]], int]

CHARACTERS_PER_TOKEN = 3.5
TOKENS_PER_MESSAGE = 8
IDLE_SECONDS = 3.0  # under the 5 s after which uvicorn and llama.cpp close an idle connection


def load(wanted: Wanted) -> "RemoteEngine":
    """The servers' base model, or a version whose adapter vLLM servers have loaded and answered with."""
    settings, name, folder = wanted.settings, wanted.version, wanted.folder
    urls, model = settings.remote_urls, settings.remote_model
    key = settings.remote_api_key.get_secret_value() if settings.remote_api_key else None
    if not urls or not model:
        raise EngineError("the remote engine needs to know its servers: set `remote_urls` and `remote_model`")
    import_libraries()
    if folder is not None:
        if not settings.remote_adapters:
            raise EngineError(
                f"{name} cannot be served by these servers: with vLLM set `remote_adapters`, with others have them "
                "serve the exported version and roll back to the base here"
            )
        with closing(VllmAdapters(urls, key)) as adapters:
            adapters.load(name, str(folder.adapter.resolve()))
            unload_idle(adapters, wanted.store, name)
    return RemoteEngine(urls, name if folder else model, name, key, lambda said: len(wanted.base.encode(said)))


def estimate_tokens(messages: Sequence[ChatMessage]) -> int:
    """Tokens of a prompt by its characters: 3.5 a token and 8 a message, more than most tokenizers make of English."""
    characters = sum(len(message["content"]) for message in messages)
    return round(characters / CHARACTERS_PER_TOKEN) + TOKENS_PER_MESSAGE * len(messages)


class RemoteGeneration:
    """A reply on its way from a server.

    Its usage is the server's once the reply ended by itself. Until then, and for one that was cancelled, the prompt
    counts as the engine counts it and every piece of text as a token.
    """

    def __init__(self, prompt_tokens: int, stop: tuple[str, ...]) -> None:
        self.usage = Usage(prompt_tokens)
        self._stop = stop
        self._arrived: queue.SimpleQueue[str | EngineError | None] = queue.SimpleQueue()
        self._task: Future[None] | None = None
        self._left = False

    def __iter__(self) -> Iterator[str]:
        """Yield text as it comes."""
        return until_stop(self._pieces(), self._stop, self._met_stop)

    def _pieces(self) -> Iterator[str]:
        try:
            while not self._left and (arrival := self._arrived.get()) is not None:
                if isinstance(arrival, EngineError):
                    raise arrival
                yield arrival
        except GeneratorExit:
            self.cancel()
            raise

    def cancel(self) -> None:
        """Close the connection."""
        self._leave("cancelled")

    def _met_stop(self) -> None:
        self._leave("stop")

    def _leave(self, finish: Finish) -> None:
        self._left = True
        if self.usage.finish == "running":
            self.usage.finish = finish
        if self._task is not None:
            self._task.cancel()
        self._arrived.put(None)

    def follow(self, task: "Future[None]") -> None:
        """End with the task that writes this reply."""
        self._task = task
        task.add_done_callback(self._ended)

    def _ended(self, task: "Future[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error is None:
            if self.usage.finish == "running":
                self.usage.finish = "cancelled"
            self._arrived.put(None)
        else:
            self._arrived.put(error if isinstance(error, EngineError) else EngineError(f"the engine failed: {error}"))

    def add(self, chunk: Chunk) -> None:
        """Take in what the server sent."""
        if chunk.usage:
            self.usage.prompt_tokens, self.usage.completion_tokens = chunk.usage
        elif chunk.text:
            self.usage.completion_tokens += 1
        if chunk.text:
            self._arrived.put(chunk.text)

    def finish(self, reason: str) -> None:
        """The server ended the reply."""
        if self.usage.finish == "running":
            self.usage.finish = "length" if reason == "length" else "stop"


class RemoteEngine:
    """A model behind one or several servers."""

    structured = True

    def __init__(
        self,
        urls: Sequence[str],
        model: str,
        version: str,
        api_key: str | None = None,
        count: CountTokens | None = None,
        *,
        hosted: bool = False,
        limits: Limits | None = None,
    ) -> None:
        """`urls` are base addresses (`http://host:8000`, or with the path of the API); `model` is its name there.

        `count` counts a prompt with the base model's tokenizer; without it, `count_tokens` is an estimate by
        characters. `hosted` keeps to what OpenAI's own service accepts. Servers need not answer yet: replies raise
        `EngineError` until one does. Raises `EngineError` for what is no address.
        """
        if not urls:
            raise EngineError("the remote engine has no server: give at least one address like http://localhost:8000")
        self.version = version
        self._model = model
        self._count = count or estimate_tokens
        self._hosted = hosted
        self._limits = limits or Limits()
        self._servers = Servers([api_address(url) for url in urls], self._limits)
        self._client = httpx2.AsyncClient(
            headers=authorization(api_key),
            timeout=httpx2.Timeout(self._limits.read_seconds, connect=self._limits.connect_seconds),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=32, keepalive_expiry=IDLE_SECONDS),
        )
        self._lock = threading.Lock()
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"remote-{version}", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._watch_health(), self._loop)

    @property
    def state(self) -> str:
        """How the servers are, one line each, for the pages."""
        return self._servers.state

    @property
    def available(self) -> bool:
        """Whether any server may be asked now."""
        return self._servers.admits

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> RemoteGeneration:
        """Begin a reply; the request goes out at once."""
        generation = RemoteGeneration(self.count_tokens(messages), sampling.stop)
        body = request_body(self._model, messages, sampling, self._hosted)
        with self._lock:
            if self._closed:
                raise EngineError(f"{self.version} is being unloaded: try again")
            generation.follow(asyncio.run_coroutine_threadsafe(self._write(generation, body), self._loop))
        return generation

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """The length of the rendered prompt, in tokens; an estimate by characters where no tokenizer was given."""
        return self._count(messages)

    def close(self) -> None:
        """End every reply and the health checks, and close the connections."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _shut(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()
        await self._loop.shutdown_default_executor()

    async def _write(self, generation: RemoteGeneration, body: Mapping[str, object]) -> None:
        """Write a reply, trying again while that may help and no token has come."""
        tried: set[Server] = set()
        wait = self._limits.first_wait
        attempts = max(self._limits.attempts, len(self._servers.all))
        for attempt in range(1, attempts + 1):
            server = self._servers.choose(tried)
            tried.add(server)
            try:
                with server.writing():
                    generation.finish(await read_reply(self._client, server, body, generation.add))
                return
            except ServerError as error:
                if not error.retry or attempt == attempts:
                    raise
                logger.warning("%s (try %d of %d)", error, attempt, attempts)
                if self._servers.untried(tried):
                    continue
                if error.wait > self._limits.longest_wait:
                    raise
                await asyncio.sleep(max(error.wait, wait * random.uniform(0.5, 1.0)))
                wait = min(2 * wait, self._limits.longest_wait)

    async def _watch_health(self) -> None:
        while True:
            try:
                await asyncio.gather(*(self._check(server) for server in self._servers.all))
            except Exception:
                logger.exception("a health check failed; trying again")
            await asyncio.sleep(self._limits.health_seconds)

    async def _check(self, server: Server) -> None:
        """Ask a server for its models: what answers below 500 is up."""
        try:
            response = await self._client.get(f"{server.url}/models", timeout=self._limits.connect_seconds)
        except httpx2.HTTPError as error:
            reason = reason_of(error)
            server.breaker.failed(f"the health check got no answer: {reason}", "unreachable")
            return
        if response.status_code < 500:
            server.breaker.reached()
        else:
            server.breaker.failed(f"the health check got {response.status_code}", "unreachable")
