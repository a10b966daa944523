"""A FAKE of a vLLM server, for tests on machines without a GPU: it holds no model and its replies are canned words.

Routes, status codes and bodies have the shape of vLLM's `/v1/models`, `/v1/load_lora_adapter`,
`/v1/unload_lora_adapter` and `/v1/chat/completions`. A test sets what the next replies do.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

BASE = "a-base-model"


@dataclass
class FakeVllm:
    """What the fake knows and does; `app` is served by the `serve` fixture.

    `plan` holds a status code for each of the next replies, 200 thereafter; `breaks_after` cuts the stream after that
    many pieces; `silent_probes` replies with an unknown adapter's 404 that often after one was loaded.
    """

    runtime_lora: bool = True
    key: str | None = None
    words: str = "a canned reply"
    plan: list[int] = field(default_factory=list)
    retry_after: str | None = None
    breaks_after: int | None = None
    error_in_stream: bool = False
    seconds_per_word: float = 0.0
    bad_paths: dict[str, str] = field(default_factory=dict)
    silent_probes: int = 0
    healthy: bool = True
    adapters: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    @property
    def app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/v1/models", self._models)
        app.add_api_route("/v1/chat/completions", self._chat, methods=["POST"])
        if self.runtime_lora:
            app.add_api_route("/v1/load_lora_adapter", self._load, methods=["POST"])
            app.add_api_route("/v1/unload_lora_adapter", self._unload, methods=["POST"])
        return app

    async def _models(self) -> Response:
        if not self.healthy:
            return _error(500, "EngineCore encountered an issue.", "InternalServerError")
        cards = [{"id": BASE, "object": "model", "root": BASE, "parent": None}]
        cards += [{"id": n, "object": "model", "root": p, "parent": BASE} for n, p in self.adapters.items()]
        return JSONResponse({"object": "list", "data": cards})

    async def _load(self, request: Request) -> Response:
        body = await request.json()
        name, path = body["lora_name"], body["lora_path"]
        if name in self.adapters:
            return _error(400, f"The lora adapter '{name}' has already been loaded.", "InvalidUserInput")
        if path in self.bad_paths:
            return _error(400, self.bad_paths[path], "BadRequestError")
        self.adapters[name] = path
        return PlainTextResponse(f"Success: LoRA adapter '{name}' added successfully.")

    async def _unload(self, request: Request) -> Response:
        name = (await request.json())["lora_name"]
        if name not in self.adapters:
            return _error(404, f"The lora adapter '{name}' cannot be found.", "NotFoundError")
        del self.adapters[name]
        return PlainTextResponse(f"Success: LoRA adapter '{name}' removed successfully.")

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return JSONResponse({"error": "Unauthorized"}, 401)
        status = self.plan.pop(0) if self.plan else 200
        if status != 200:
            headers = {"retry-after": self.retry_after} if self.retry_after else None
            return _error(status, f"told to answer {status}", "FakeError", headers)
        model = body["model"]
        known = model == BASE or model in self.adapters
        if model in self.adapters and self.silent_probes:
            self.silent_probes -= 1
            known = False
        if not known:
            return _error(404, f"The model `{model}` does not exist.", "NotFoundError")
        if not body.get("stream"):
            message = {"role": "assistant", "content": self.words}
            return JSONResponse({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            words = self.words.split(" ")
            yield _event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
            for position, word in enumerate(words):
                if position == self.breaks_after:
                    if self.error_in_stream:
                        yield _event({"error": {"message": "EngineCore died", "type": "InternalServerError"}})
                    return
                await asyncio.sleep(self.seconds_per_word)
                yield _event({"choices": [{"index": 0, "delta": {"content": word if position == 0 else f" {word}"}}]})
            yield _event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            yield _event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": len(words)}})
            yield "data: [DONE]\n\n"
        finally:
            self.under_way -= 1


def _event(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps({'object': 'chat.completion.chunk', **chunk})}\n\n"


def _error(status: int, message: str, kind: str, headers: dict[str, str] | None = None) -> Response:
    body = {"error": {"message": message, "type": kind, "param": None, "code": status}}
    return JSONResponse(body, status, headers=headers)
