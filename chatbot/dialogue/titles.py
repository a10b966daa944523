"""What a conversation is called in a list, made from the talk without asking the model."""

from collections.abc import Sequence

from chatbot.records import FoundPassage, Trace

BRIEF = 48  # letters of a question that says by itself what the talk is about


def title_from_talk(question: str, trace: Trace) -> str | None:
    """A title once a question was answered: the question where it is brief, else what the answer's source is called.

    None for a reply that answered nothing, such as one to a greeting.
    """
    if trace.act != "answer" or trace.uncertain:
        return None
    asked = " ".join(question.split())
    return asked if len(asked) <= BRIEF else _heading(trace.passages)


def _heading(passages: Sequence[FoundPassage]) -> str | None:
    """Article and section of the source, the article alone where there are several; approved answers have no title."""
    used = [one["title"] for one in passages if one.get("used") and one["kind"] == "article"]
    if not used:
        return None
    article, _, section = used[0].partition(" › ")
    return f"{article}: {section}" if section and len(used) == 1 else article
