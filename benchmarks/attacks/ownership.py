"""One visitor's chat, and everybody else who knows its ids: all events of the chat page, and ratings over `/v1`.

Read off the page's own list of handlers. Whatever another person sends, the chat's words must not come back, and
nothing of it may change.
"""

import json
from contextlib import suppress
from dataclasses import dataclass

import httpx

from benchmarks.attacks.matrix import PATIENCE, Cast, Matrix
from chatbot.store import Store

OWNER = "visitor"
MAY_RATE = (OWNER, "agent", "operator", "agent's key")
SECRET = "heliotrope"
QUESTION = f"How long may I return a lamp with a {SECRET} shade?"
ENDS = ("process_completed", "close_stream")


@dataclass(frozen=True)
class Chat:
    """The chat that somebody else wants to read or change."""

    conversation: str
    reply: str

    def state(self, store: Store) -> str:
        """Everything of it that could change, but for ratings by staff."""
        known = store.conversations.get(self.conversation)
        branch = store.conversations.path(known.head)
        return repr((known, branch, [one for one in store.feedback.on(self.reply) if one.role == OWNER]))


def begin(url: str, store: Store, cast: Cast) -> Chat:
    """The owner asks."""
    body = {"model": "champion", "messages": [{"role": "user", "content": QUESTION}]}
    answer = httpx.post(f"{url}/v1/chat/completions", json=body, headers=cast[OWNER](), timeout=PATIENCE)
    answer.raise_for_status()
    reply = str(answer.json()["id"]).removeprefix("chatcmpl-")
    return Chat(store.conversations.message(reply).conversation, reply)


def trespasses(url: str, store: Store, cast: Cast) -> Matrix:
    """Everybody but the owner sends every event with the chat's ids; everybody rates the reply, the owner last."""
    found, chat = Matrix(), begin(url, store, cast)
    before = chat.state(store)
    for role, headers in cast.items():
        with httpx.Client(base_url=url, headers=headers(), timeout=PATIENCE) as http:
            for name, index, inputs in _handlers(http):
                if role == OWNER and name != "load":
                    continue
                told = _send(http, index, [chat.conversation] * inputs, chat)
                found.asked += 1
                if role == OWNER and SECRET not in told:
                    found.shut.append(f"{role}: the page does not show the owner's chat")
                if role != OWNER and (SECRET in told or chat.state(store) != before):
                    found.holes.append(f"{role}: the page's event {name}")
                    before = chat.state(store)
    for role, headers in sorted(cast.items(), key=lambda one: one[0] in MAY_RATE):
        body = {"id": chat.reply, "rating": "dislike"}
        status = httpx.post(f"{url}/v1/feedback", json=body, headers=headers(), timeout=PATIENCE).status_code
        found.asked += 1
        if role in MAY_RATE and status != 200:
            found.shut.append(f"{role}: a rating gives {status}")
        elif role not in MAY_RATE and (status == 200 or chat.state(store) != before):
            found.holes.append(f"{role}: a rating gives {status}")
    return found


def _handlers(http: httpx.Client) -> list[tuple[str, int, int]]:
    """Name, number and how many inputs each handler of the chat page has."""
    dependencies = http.get("/config").json()["dependencies"]
    return [(str(one["api_name"]), int(one["id"]), len(one["inputs"])) for one in dependencies]


def _send(http: httpx.Client, index: int, data: list[str], chat: Chat) -> str:
    """All that an event is answered with."""
    tab = f"tab{index}"
    ids = {"message": chat.reply, "conversation": chat.conversation}
    event = ids | {"value": "dislike", "text": "Mine now", "reasons": []}
    sent = {"data": data, "fn_index": index, "session_hash": tab, "event_data": event}
    joined = http.post("/gradio_api/queue/join", json=sent)
    if joined.status_code != 200:
        return joined.text
    told = ""
    with (
        suppress(httpx.ReadTimeout),
        http.stream("GET", "/gradio_api/queue/data", params={"session_hash": tab}) as stream,
    ):
        for line in stream.iter_lines():
            told += line
            if line.startswith("data: ") and json.loads(line[6:]).get("msg") in ENDS:
                break
    return told
