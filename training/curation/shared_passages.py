"""Passages that many rows show together, so that a model that learns reads them once for all of their questions.

What a row teaches is a few words of a reply; what it costs is its passages. Rows of passages that are often found
together show the same ones: the right one of each row stands among those of others, which are its distractors.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from chatbot.records import Passage


def share_passages(found: Sequence[tuple[Passage, Sequence[Passage]]], size: int) -> dict[str, list[Passage]]:
    """The passages to show for each right one, by its id; `found` holds each row's right one and what was retrieved.

    Greedy: the right passage of most rows takes those that are retrieved beside it most often and stand in no set yet,
    then any of them. At most `size` stand in a set, in the order of their ids, which says nothing of what is asked.
    """
    passages = {passage.id: passage for right, retrieved in found for passage in (right, *retrieved)}
    rows = Counter(right.id for right, _ in found)
    beside: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for right, retrieved in found:
        for other in retrieved:
            if other.id != right.id:
                beside[right.id][other.id] += 1
                beside[other.id][right.id] += 1
    sets: dict[str, list[Passage]] = {}
    for name in sorted(rows, key=lambda name: (-rows[name], name)):
        if name in sets:
            continue
        near = sorted(beside[name], key=lambda other: (other not in rows or other in sets, -beside[name][other], other))
        members = sorted([name, *near[: size - 1]])
        shown = [passages[member] for member in members]
        sets |= {member: shown for member in members if member in rows and member not in sets}
    return sets
