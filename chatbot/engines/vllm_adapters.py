"""LoRA adapters of running vLLM servers: a version's adapter is loaded beside the others, tried, and later unloaded.

An adapter's name is its version's and never used again: vLLM may serve a stale cache under a name that was loaded
twice. The servers read the adapter's folder themselves, so its path must be the same for all of them. The endpoints
are for trusted networks only: whoever reaches them can load files.
"""

import time
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import httpx2

from chatbot.engines.chat_completions import api_address, authorization, error_text, reason_of
from chatbot.errors import EngineError
from chatbot.records import ChatMessage
from chatbot.store import Store

PROBE: list[ChatMessage] = [{"role": "user", "content": "Hello"}]
PROBE_TOKENS = 8
PROBE_EVERY_SECONDS = 0.5
CONNECT_SECONDS = 5.0
ENABLE = "start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True in its environment"


class Card(TypedDict):
    """What a server says of a model or adapter; an adapter has a parent."""

    id: str
    root: NotRequired[str | None]
    parent: NotRequired[str | None]


class AdapterError(EngineError):
    """A server did not take, answer with, or give up an adapter."""


class RuntimeLoraDisabledError(AdapterError):
    """A server has no endpoints for adapters."""


class VllmAdapters:
    """The adapters of one or several vLLM servers, which must all have the same ones."""

    def __init__(self, urls: Sequence[str], api_key: str | None = None, seconds: float = 120.0) -> None:
        """`urls` as for `RemoteEngine`; `seconds` bounds each call to a server and the wait for its first reply."""
        if not urls:
            raise AdapterError("no vLLM server is named: give at least one address like http://localhost:8000")
        self._urls = [api_address(url) for url in dict.fromkeys(urls)]
        self._seconds = seconds
        timeout = httpx2.Timeout(seconds, connect=CONNECT_SECONDS)
        self._client = httpx2.Client(headers=authorization(api_key), timeout=timeout)

    def load(self, name: str, path: str) -> None:
        """Load the adapter folder `path` as `name` on every server and wait until each has answered with it.

        A server that has it already, from the same path, keeps it. Raises `AdapterError`; the servers that took the
        adapter in this call have given it up again by then.
        """
        taken: list[str] = []
        try:
            for url in self._urls:
                if self._load_on(url, name, path):
                    taken.append(url)
            for url in self._urls:
                self._await_reply(url, name)
        except AdapterError as error:
            left = [fault for url in taken if (fault := self._given_up(url, name))]
            if left:
                raise AdapterError(f"{error}; and it could not be unloaded again: {'; '.join(left)}") from error
            raise

    def unload(self, name: str) -> None:
        """Unload the adapter from every server; one that does not have it is passed over. Raises `AdapterError`."""
        faults = [fault for url in self._urls if (fault := self._given_up(url, name))]
        if faults:
            raise AdapterError("; ".join(faults))

    def loaded(self) -> dict[str, dict[str, str]]:
        """For each server the adapters it has: name to path. Raises `AdapterError`."""
        return {
            url: {card["id"]: card.get("root") or "" for card in self._cards(url) if card.get("parent")}
            for url in self._urls
        }

    def close(self) -> None:
        """Close the connections; the adapters stay loaded."""
        self._client.close()

    def _load_on(self, url: str, name: str, path: str) -> bool:
        """Load on one server; returns False where the adapter was there."""
        there = {card["id"]: card.get("root") for card in self._cards(url)}
        if name in there:
            if there[name] != path:
                raise AdapterError(f"{url} has {name} from {there[name]!r}, not {path!r}: names are never used again")
            return False
        self._call(url, "load_lora_adapter", {"lora_name": name, "lora_path": path})
        return True

    def _given_up(self, url: str, name: str) -> str:
        """Unload on one server; returns what went wrong, or nothing."""
        try:
            if name in {card["id"] for card in self._cards(url)}:
                self._call(url, "unload_lora_adapter", {"lora_name": name})
        except AdapterError as error:
            return str(error)
        return ""

    def _await_reply(self, url: str, name: str) -> None:
        """Ask for a short reply until there is one."""
        deadline = time.monotonic() + self._seconds
        while True:
            reason = self._probe(url, name)
            if not reason:
                return
            if time.monotonic() + PROBE_EVERY_SECONDS > deadline:
                raise AdapterError(f"{url} did not answer with {name} within {self._seconds:g} s: {reason}")
            time.sleep(PROBE_EVERY_SECONDS)

    def _probe(self, url: str, name: str) -> str:
        """Ask for one reply; returns why there is none, or nothing."""
        body = {"model": name, "messages": PROBE, "max_tokens": PROBE_TOKENS, "temperature": 0}
        try:
            response = self._client.post(f"{url}/chat/completions", json=body)
        except httpx2.HTTPError as error:
            return reason_of(error)
        if response.status_code != 200:
            return f"{response.status_code}: {error_text(response.text)}"
        try:
            said = response.json()["choices"][0]["message"]["content"]
        except (ValueError, LookupError, TypeError):
            return f"what it sent is no reply: {error_text(response.text)}"
        return "" if said else "its reply was empty"

    def _cards(self, url: str) -> list[Card]:
        response = self._send(url, "GET", "models")
        try:
            return [_card(card) for card in response.json()["data"]]
        except (ValueError, LookupError, TypeError):
            raise AdapterError(f"{url} does not list models like vLLM: {error_text(response.text)}") from None

    def _call(self, url: str, endpoint: str, body: dict[str, str]) -> None:
        self._send(url, "POST", endpoint, body)

    def _send(self, url: str, method: str, endpoint: str, body: dict[str, str] | None = None) -> httpx2.Response:
        try:
            response = self._client.request(method, f"{url}/{endpoint}", json=body)
        except httpx2.HTTPError as error:
            reason = reason_of(error)
            raise AdapterError(f"{url} cannot be reached ({reason}): start it or correct the address") from error
        if response.status_code == 200:
            return response
        text = error_text(response.text)
        if body is not None and response.status_code == 404 and text == "Not Found":
            raise RuntimeLoraDisabledError(f"{url} cannot change adapters while it runs: {ENABLE}")
        raise AdapterError(f"{url} answered {endpoint} with {response.status_code}: {text}")


def _card(told: Mapping[str, str | None]) -> Card:
    return {"id": str(told["id"]), "root": told.get("root"), "parent": told.get("parent")}


def unload_idle(adapters: VllmAdapters, store: Store, name: str) -> None:
    """Unload the versions that were replaced twice: neither this process nor one beside it writes with them."""
    kept = {name, store.versions.alias("canary"), *list(dict.fromkeys(store.versions.champions()))[:2]}
    ours = {version.name for version in store.versions.all()} - kept
    for idle in sorted({adapter for there in adapters.loaded().values() for adapter in there} & ours):
        adapters.unload(idle)
