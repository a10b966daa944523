"""Where rows to learn from come from, and why others are left out, in words for people who never saw a row."""

from collections.abc import Mapping

ORIGINS = {
    "pair": "questions of the pack",
    "dialogue": "example talks of the pack",
    "correction": "replies that agents corrected",
    "answer": "approved answers",
    "like": "replies that people liked",
}
LEFT_OUT = {
    "no consent": "the visitor has not agreed to it",
    "near-duplicate": "says the same as another",
    "incomplete reply": "the reply was not complete",
    "after a file": "rests on a file that was sent",
    "knew the visitor": "rests on what is remembered of the visitor",
    "answered by a rule": "a rule answers it, not the model",
    "does not know": "the reply says that it does not know",
}


def in_words(counts: Mapping[str, int], words: Mapping[str, str]) -> dict[str, int]:
    """The same counts under names for people; a name that has no words here is understood as it is."""
    return {words.get(name, name): count for name, count in counts.items()}
