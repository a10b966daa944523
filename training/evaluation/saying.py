"""Whether the tokens of a reply say what a text says: as a phrase, as a place in the app or as an upper bound."""

from collections.abc import Iterator, Sequence

from training.evaluation.vocabulary import ARTICLES, UNITS
from training.evaluation.wording import Token, tokens

ALSO = {
    "free": "no charge|no extra charge|no cost|no extra cost|no fee|without charge|costs nothing|cost nothing|£0",
    "nothing": "free|no charge|no cost|no fee|£0|not charge|not charged|not be charged|don't charge|won't charge|"
    "won't be charged|doesn't charge",
}
NOT_FREE = ("feel free", "not free", "isn't free", "aren't free")
SPANS = ("minute", "day", "working day", "month", "mm", "mile", "mg", "ml", "°C", "%")
COUNTED = ("", "month", "°C")  # what a number without a unit may count, of years alone among the months
STEP = ("choose", "select", "click", "tap", "open", "press", ">", ",", "then", "under", "go", "/")
AMONG_STEPS = (
    *("and", "next", "to", "in", "into", "on", "the", "your", "section", "menu", "page", "tab", "from", "there", "."),
    *("button", "option", "link", "(", ")", "at", "find", "called", *STEP),
)
SENTENCE_ENDS = (".", "!", "?", ";", ":")
ABOVE = ("more than", "over", "above", "exceed", "exceeding")
NOT_UP_TO = ("at least", "minimum", "minimum of", "from", "less than", "fewer than", "under", "below", "another")
OR_MORE = ("or more", "and more", "or over", "and over", "and up", "+", "minimum", "at least", "at the least")
NEGATIONS = ("no", "not", "never", "cannot", "can't", "don't", "mustn't", "won't", "without", "isn't", "shouldn't")


def says(said: Sequence[Token], text: str) -> bool:
    """Whether the tokens of a reply say the text."""
    wanted = tokens(text)
    if any(token.text == ">" for token in wanted):
        steps = _steps(wanted)
        return _leads(said, steps) or (len(steps) > 2 and _leads(said, steps[1:]))
    said, wanted = _plain(said), _plain(wanted)
    if not wanted:
        return False
    if [token.text for token in wanted[:2]] == ["up", "to"] and len(wanted) > 2:
        return any(_bounds(said, at, at + len(wanted) - 2) for at in _places(said, wanted[2:]))
    if text == "free":
        said = _without(said, NOT_FREE)
    found = next(_places(said, wanted, exact=text[0].isupper()), None) is not None
    return found or any(says(said, other) for other in ALSO.get(text, "").split("|") if other)


def _plain(read: Sequence[Token]) -> list[Token]:
    return [token for token in read if token.text != ","]


def _places(said: Sequence[Token], wanted: Sequence[Token], exact: bool = False) -> Iterator[int]:
    """Where the wanted tokens stand in a reply. The last word of a phrase may be one or many, unless `exact`."""
    loose = len(wanted) > 1 and not exact
    for at in range(len(said) - len(wanted) + 1):
        pairs = list(zip(wanted, said[at:], strict=False))
        ends = [loose and n == len(wanted) for n in range(1, len(wanted) + 1)]
        same = all(_same(want, have, end) for (want, have), end in zip(pairs, ends, strict=True))
        if same and not _in_range(said, at, at + len(wanted)):
            yield at


def _same(want: Token, have: Token, number: bool) -> bool:
    """Whether two tokens are the same; `number` says whether singular and plural are."""
    if want.value is None:
        if have.value is not None:
            return want.text in UNITS and UNITS[want.text] == UNITS.get(have.unit)
        if want.text in ARTICLES and have.text in ARTICLES:
            return True
        return want.text == have.text or (number and _singular(want.text) == _singular(have.text))
    if want.kind or have.value is None or have.kind not in COUNTED:
        return want == have
    years = have.kind != "month" or UNITS[have.unit][1] == 12
    return years and want.value == have.written


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _in_range(said: Sequence[Token], start: int, end: int) -> bool:
    """Whether a length of time or a measure at either end is only one end of a longer range."""
    before, after = said[max(0, start - 2) : start], said[end : end + 2]
    opens = len(before) == 2 and before[1].text == "to" and before[0].kind == said[start].kind
    closes = len(after) == 2 and after[0].text == "to" and after[1].kind == said[end - 1].kind
    return (opens and said[start].kind in SPANS) or (closes and said[end - 1].kind in SPANS)


def _without(said: Sequence[Token], phrases: Sequence[str]) -> list[Token]:
    left = list(said)
    for phrase in map(tokens, phrases):
        for at in reversed(list(_places(left, phrase, exact=True))):
            left[at : at + len(phrase)] = []
    return left


def _steps(wanted: Sequence[Token]) -> list[list[Token]]:
    steps: list[list[Token]] = [[]]
    for token in wanted:
        if token.text == ">":
            steps.append([])
        else:
            steps[-1].append(token)
    return steps


def _leads(said: Sequence[Token], steps: Sequence[Sequence[Token]]) -> bool:
    """Whether a reply names the steps one after the other, with nothing but the way between them."""
    return any(_leads_from(said, at, steps) for at in range(len(said)))


def _leads_from(said: Sequence[Token], at: int, steps: Sequence[Sequence[Token]]) -> bool:
    first, rest = steps[0], steps[1:]
    if list(said[at : at + len(first)]) != list(first):
        return False
    at += len(first)
    stepped = not rest
    while rest and at < len(said) and said[at].text in AMONG_STEPS:
        stepped = stepped or said[at].text in STEP
        at += 1
        if stepped and _leads_from(said, at, rest):
            return True
    return not rest


def _bounds(said: Sequence[Token], start: int, end: int) -> bool:
    """Whether what stands at a place may be the most that there can be: neither "at least 4" nor "4 or more"."""
    opened = max((at for at in range(start) if said[at].text in SENTENCE_ENDS), default=-1) + 1
    before = [token.text or "#" for token in said[opened:start]]
    after = [token.text or "#" for token in said[end : end + 4]]
    negated = any(word in NEGATIONS for word in before)
    if any(_ends_with(before, phrase) for phrase in ABOVE):
        return negated
    if any(_ends_with(before, phrase) for phrase in NOT_UP_TO) or any(word in NEGATIONS for word in before[-2:]):
        return False
    follows = [" ".join(after[:n]) for n in (1, 2, 3)] + [" ".join(after[1:n]) for n in (2, 3, 4)]
    return not any(phrase in follows for phrase in OR_MORE)


def _ends_with(words: Sequence[str], phrase: str) -> bool:
    parts = phrase.split()
    return list(words[-len(parts) :]) == parts
