"""Which of the passages that the model was shown a reply rests on: those are its sources, the others are not."""

from collections import Counter
from collections.abc import Sequence

from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.knowledge.retrieval.questions import words_of
from chatbot.records import Passage


def used_passages(reply: str, passages: Sequence[Passage]) -> set[str]:
    """The ids of the passages that share most with a sentence of the reply, words that few of them hold counting more.

    Empty for a reply that shares nothing with any.
    """
    held = [set(words_of(f"{passage.title} {passage.text}")) for passage in passages]
    counts = Counter(word for words in held for word in words)
    used = set()
    for sentence in split_sentences(reply):
        said = set(words_of(sentence))
        shared = [sum(1 / counts[word] for word in said & words) for words in held]
        if max(shared, default=0) > 0:
            used.add(passages[shared.index(max(shared))].id)
    return used
