"""Rows as token ids with the spans that are learned, found by the difference of a reply to its prompt.

Chat templates rarely mark the assistant's part, so each span is found from two renderings: prompt, and prompt with
reply. A row without a single supervised token is refused, and so is a run without rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from chatbot.engines.base_model import BaseModel, encode_chats
from chatbot.errors import TrainingError
from chatbot.records import ChatMessage
from training.finetuning.stored import StoredIds, TokenFile
from training.rows import Row

IGNORED = -100
AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Encoded:
    """One row: token `ids` of the whole turn; those in `spans`, pairs of start and stop, are learned."""

    id: str
    ids: list[int] | StoredIds
    spans: tuple[tuple[int, int], ...]

    @property
    def prompt(self) -> int:
        """How many tokens stand before the first that is learned."""
        return self.spans[0][0]

    @property
    def supervised(self) -> int:
        """How many tokens are learned."""
        return sum(stop - start for start, stop in self.spans)


@dataclass(frozen=True)
class EncodedRows:
    """Rows that fit, and how many were too long."""

    rows: list[Encoded]
    too_long: int

    @property
    def tokens(self) -> int:
        """All tokens of all rows."""
        return sum(len(row.ids) for row in self.rows)


def encode_rows(
    base: BaseModel,
    rows: Iterable[Row],
    max_length: int,
    all_turns: bool = False,
    folder: Path | None = None,
) -> EncodedRows:
    """Encode conversational rows, to learn their last reply or all; raises `TrainingError` naming a row without any.

    With a `folder` their tokens lie on its disk, and `rows` is read as it goes, so that memory hardly grows with them.
    """
    encoded: list[Encoded] = []
    too_long = 0
    file = TokenFile(folder) if folder else None
    unread = iter(rows)
    while some := list(islice(unread, AT_ONCE)):
        for row in _encode_some(base, some, all_turns):
            if len(row.ids) > max_length:
                too_long += 1
            else:
                encoded.append(replace(row, ids=file.add(row.ids)) if file else row)
    return EncodedRows(encoded, too_long)


def _encode_some(base: BaseModel, rows: Sequence[Row], all_turns: bool) -> Iterator[Encoded]:
    """Tokenizes them together, which a fast tokenizer does on all cores."""
    wanted: list[tuple[list[ChatMessage], str | None]] = []
    turns = [_replies(row["messages"], all_turns) for row in rows]
    for row, positions in zip(rows, turns, strict=True):
        for position in positions:
            asked, reply = row["messages"][:position], row["messages"][position]["content"]
            wanted += [(asked, None), (asked, reply)]
    found = iter(encode_chats(base.tokenizer, wanted))
    stop_token = base.tokenizer.eos_token_id
    for row, positions in zip(rows, turns, strict=True):
        spans, whole = [], []
        for _ in positions:
            prompt, whole = next(found), next(found)
            end = _reply_end(whole, stop_token)
            if whole[: len(prompt)] != prompt or end <= len(prompt):
                raise TrainingError(f"row {row['id']!r} has no supervised token: its template does not keep the prompt")
            spans.append((len(prompt), end))
        if not spans:
            raise TrainingError(f"row {row['id']!r} has no supervised token: no reply is in it")
        yield Encoded(row["id"], whole[: spans[-1][1]], tuple(spans))


def _replies(messages: Sequence[ChatMessage], all_turns: bool) -> list[int]:
    replies = [position for position, message in enumerate(messages) if message["role"] == "assistant"]
    return replies if all_turns else replies[-1:]


def encode_text(base: BaseModel, name: str, text: str, max_length: int) -> list[Encoded]:
    """Plain text in pieces of at most `max_length` tokens, every token learned but the first of each piece."""
    stop = base.tokenizer.eos_token_id
    ids = [*base.tokenizer(text, add_special_tokens=False)["input_ids"], stop]
    pieces = [[stop, *ids[start : start + max_length - 1]] for start in range(0, len(ids), max_length - 1)]
    return [Encoded(f"{name}-{number}", piece, ((1, len(piece)),)) for number, piece in enumerate(pieces, start=1)]


def _reply_end(ids: list[int], stop: int) -> int:
    """Just past the last stop token, so that the model learns to stop and nothing after it."""
    for position in range(len(ids) - 1, -1, -1):
        if ids[position] == stop:
            return position + 1
    return len(ids)


def show_mask(base: BaseModel, row: Encoded) -> str:
    """A row in words, what is learned between ⟦ and ⟧."""
    words, end = "", 0
    for start, stop in row.spans:
        before, learned = base.tokenizer.decode(row.ids[end:start]), base.tokenizer.decode(row.ids[start:stop])
        words, end = f"{words}{before}⟦{learned}⟧", stop
    return words + str(base.tokenizer.decode(row.ids[end:]))
