"""Rows as token ids with labels: only the last reply is learned, found by the difference to its prompt.

Chat templates rarely mark the assistant's part, so the mask is built from two renderings: prompt, and prompt with
reply. A row without a single supervised token is refused, and so is a run without rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.engines.base_model import BaseModel
from chatbot.errors import TrainingError

IGNORED = -100


@dataclass(frozen=True)
class Encoded:
    """One row: `ids` of the whole turn; the first `prompt` of them are not learned."""

    id: str
    ids: list[int]
    prompt: int

    @property
    def supervised(self) -> int:
        """How many tokens are learned."""
        return len(self.ids) - self.prompt


@dataclass(frozen=True)
class EncodedRows:
    """Rows that fit, and how many were too long."""

    rows: list[Encoded]
    too_long: int

    @property
    def tokens(self) -> int:
        """All tokens of all rows."""
        return sum(len(row.ids) for row in self.rows)


def encode_rows(base: BaseModel, rows: Sequence[dict[str, Any]], max_length: int) -> EncodedRows:
    """Encode conversational rows; raises `TrainingError` naming a row that teaches nothing."""
    encoded = []
    too_long = 0
    for row in rows:
        *asked, reply = row["messages"]
        prompt = base.encode(asked)
        whole = base.encode(asked, reply["content"])
        end = _reply_end(whole, base.tokenizer.eos_token_id)
        if whole[: len(prompt)] != prompt or end <= len(prompt):
            raise TrainingError(f"row {row['id']!r} has no supervised token: its template does not keep the prompt")
        if end > max_length:
            too_long += 1
        else:
            encoded.append(Encoded(row["id"], whole[:end], len(prompt)))
    return EncodedRows(encoded, too_long)


def _reply_end(ids: list[int], stop: int) -> int:
    """Just past the last stop token, so that the model learns to stop and nothing after it."""
    for position in range(len(ids) - 1, -1, -1):
        if ids[position] == stop:
            return position + 1
    return len(ids)


def show_mask(base: BaseModel, row: Encoded) -> str:
    """A row in words, what is learned between ⟦ and ⟧."""
    decode = base.tokenizer.decode
    return f"{decode(row.ids[: row.prompt])}⟦{decode(row.ids[row.prompt :])}⟧"
