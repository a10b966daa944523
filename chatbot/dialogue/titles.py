"""What a conversation is called in a list, made from the talk without asking the model."""

from chatbot.records import FoundPassage, Trace

BRIEF = 48  # letters of a question that says by itself what the talk is about


def title_from_talk(question: str, trace: Trace) -> str | None:
    """A title once a question was answered: the question where it is brief, else what the answer's source is called.

    None for a reply that answered nothing, such as one to a greeting.
    """
    if trace.act != "answer" or trace.uncertain:
        return None
    asked = " ".join(question.split())
    return asked if len(asked) <= BRIEF else next(filter(None, map(_heading, trace.passages)), None)


def _heading(passage: FoundPassage) -> str:
    """Never of an approved answer, which has no title of its own."""
    used = passage.get("used") and passage["kind"] == "article"
    return passage["title"].replace(" › ", ": ") if used else ""
