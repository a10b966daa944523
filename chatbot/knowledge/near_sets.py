"""Sets of words that share most of them, found without comparing each with each.

Prefix filtering (Chaudhuri, Ganti and Kaushik, 2006; Bayardo, Ma and Srikant, 2007): of two sets that are alike, those
few words of each that are rarest overall must have some in common. So only sets that share two such words are compared,
and none that are alike are missed.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

NEAR = 0.7  # of the words of both
SHARED = 2  # words; sets of no more than these are alike only if they are the same
Words = frozenset[str]
Held = dict[tuple[str, ...], list[int]]


def alike(one: Words, other: Words) -> bool:
    """Whether two sets share most of their words."""
    return bool(one) and len(one & other) >= NEAR * len(one | other)


class NearSets:
    """Finds those of some sets that are alike."""

    def __init__(self, sets: Sequence[Words]) -> None:
        self._sets = sets
        self._counts = Counter(word for words in sets for word in words)

    def pairs(self, wanted: Callable[[int, int], bool] = lambda one, other: True) -> list[tuple[int, int]]:
        """Positions of sets that are alike and wanted, in order; of each set only the first that is found for it."""
        return sorted(self._pairs(wanted))

    def _pairs(self, wanted: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
        held: Held = defaultdict(list)
        for at in sorted(range(len(self._sets)), key=lambda at: len(self._sets[at])):
            words = self._sets[at]
            other = next((other for other in self._near(words, held) if wanted(at, other)), None)
            if other is not None:
                yield min(at, other), max(at, other)
            if other is None or self._sets[other] != words:
                # All that come later have as many words or more, so that fewer of these need to be looked at.
                for key in self._keys(words, 2 * NEAR / (1 + NEAR)):
                    held[key].append(at)

    def like(self, sets: Sequence[Words]) -> Iterator[int]:
        """The positions of those of other sets that are like any of these."""
        held: Held = defaultdict(list)
        for at, words in enumerate(self._sets):
            for key in self._keys(words, NEAR):
                held[key].append(at)
        for number, words in enumerate(sets):
            if any(True for _ in self._near(words, held)):
                yield number

    def _near(self, words: Words, held: Held) -> Iterator[int]:
        seen = set()
        least, most = NEAR * len(words), len(words) / NEAR
        for key in self._keys(words, NEAR):
            for at in held.get(key, ()):
                if at not in seen and least <= len(self._sets[at]) <= most:
                    seen.add(at)
                    if alike(words, self._sets[at]):
                        yield at

    def _keys(self, words: Words, share: float) -> Iterator[tuple[str, ...]]:
        """The rare words together of which a set that has at least a share of all must have some."""
        ordered = sorted(words, key=lambda word: (self._counts[word], word))
        if len(words) <= SHARED:
            yield from [tuple(ordered)] if words else []
            return
        yield from combinations(ordered[: len(words) - math.ceil(share * len(words) - 1e-9) + SHARED], SHARED)
