"""Whose feedback counts how much: the staff's word replaces a visitor's, and nobody may flood a snapshot."""

from collections import Counter

from training.curation.examples import Example
from training.origins import ORIGINS

MOST_PER_VISITOR = 20


def filter_untrusted(examples: list[Example], dropped: Counter[str]) -> list[Example]:
    """Drop likes of replies that the staff corrected, and what a visitor sent beyond the cap."""
    corrected = {
        example.message for example in examples if example.origin == "correction" and example.role != "visitor"
    }
    given: Counter[str] = Counter()
    kept = []
    for example in examples:
        if ORIGINS[example.origin].yields and example.message in corrected:
            dropped["liked, but corrected by staff"] += 1
            continue
        if example.role == "visitor" and example.person:
            given[example.person] += 1
            if given[example.person] > MOST_PER_VISITOR:
                dropped[f"over {MOST_PER_VISITOR} rows from one visitor"] += 1
                continue
        kept.append(example)
    return kept
