"""Which of a pack's rows a model is taught that writes what people hear: those that it will be asked to answer.

What rules answer it never writes. A row that says that nothing is known teaches silence, faster than others teach to
read: with one of them in ten a base of 1.5 billion parameters was silent on a third of the questions that it had
answered before, with one in forty on an eighth. That nothing was found is told by the search and the check.
"""

from collections import Counter
from collections.abc import Sequence

from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.questions import UNKNOWN
from training.curation.examples import Example


def select_to_write(examples: Sequence[Example], pack: Pack, dropped: Counter[str]) -> list[Example]:
    """The rows to learn, in their order; what is left out is counted."""
    rules = {rule.name for rule in pack.rules if not rule.does.tone}
    asked = [example for example in examples if example.role != "pack" or example.intent not in rules]
    dropped["answered by a rule"] += len(examples) - len(asked)
    chosen = [example for example in asked if example.role != "pack" or example.intent != UNKNOWN]
    dropped["does not know"] += len(asked) - len(chosen)
    return chosen
