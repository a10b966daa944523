"""Near-duplicates dropped: MinHash over word trigrams (Broder, 1997) with locality-sensitive hashing (datasketch).

Of two rows that ask and answer nearly the same, the one from the more trusted origin stays.
"""

from collections import Counter

from datasketch import MinHash, MinHashLSH

from training.curation.examples import Example
from training.origins import ORIGINS

THRESHOLD = 0.85
PERMUTATIONS = 128


def deduplicate(examples: list[Example], dropped: Counter[str]) -> list[Example]:
    """The rows without near-duplicates, in their first order; Jaccard similarity of at least 0.85 counts as one."""
    lsh = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    kept: set[str] = set()
    for example in sorted(examples, key=lambda example: ORIGINS[example.origin].precedence):
        signature = _signature(example)
        if lsh.query(signature):
            dropped["near-duplicate"] += 1
        else:
            lsh.insert(example.id, signature)
            kept.add(example.id)
    return [example for example in examples if example.id in kept]


def _signature(example: Example) -> MinHash:
    signature = MinHash(num_perm=PERMUTATIONS, seed=1)
    text = "\n".join(message["content"] for message in example.messages)
    words = text.lower().split()
    signature.update_batch([" ".join(words[i : i + 3]).encode() for i in range(max(1, len(words) - 2))])
    return signature
