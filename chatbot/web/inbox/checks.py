"""What the check did to a reply, in words for the staff."""

from chatbot.records import Trace

CHECKED = {
    "shortened": "The check cut off what the passages do not support.",
    "rewritten": "The check had the reply written once more.",
    "quoted": "The check refused what the model wrote, so the passages were quoted.",
    "abstained": "The check refused what the model wrote, and there was no passage to quote.",
}
REFUSALS = ("quoted", "abstained")


def check_words(trace: Trace) -> str:
    """What it did, where it did anything: a quotation is no refusal where the model wrote nothing."""
    return "" if trace.check in REFUSALS and not trace.refused else CHECKED.get(trace.check, "")
