"""English written as it is spoken, put into the words of the dictionary: "gettin' owt wi'oot payin'".

Dialects and missing letters are no misspellings: no dictionary's nearest word is what was meant.
"""

import re
from collections.abc import Callable

ENGLISH = {
    "aboot": "about",
    "afore": "before",
    "agen": "again",
    "ah": "I",
    "ah'm": "I'm",
    "ah've": "I've",
    "alreet": "all right",
    "an'": "and",
    "aye": "yes",
    "becos": "because",
    "cannae": "cannot",
    "cos": "because",
    "cud": "could",
    "cuz": "because",
    "didnae": "did not",
    "dinnae": "do not",
    "doesnae": "does not",
    "doon": "down",
    "dunno": "do not know",
    "dus": "does",
    "fae": "from",
    "frae": "from",
    "frum": "from",
    "gan": "go",
    "gimme": "give me",
    "gonna": "going to",
    "gotta": "got to",
    "haud": "hold",
    "havta": "have to",
    "hoo": "how",
    "hoose": "house",
    "innit": "isn't it",
    "isnae": "is not",
    "jag": "jab",
    "jags": "jabs",
    "lang": "long",
    "lemme": "let me",
    "ma": "my",
    "mair": "more",
    "masel": "myself",
    "menny": "many",
    "mony": "many",
    "noo": "now",
    "nowt": "nothing",
    "o'": "of",
    "oot": "out",
    "ower": "over",
    "owt": "anything",
    "shud": "should",
    "summat": "something",
    "tae": "to",
    "tek": "take",
    "tha": "you",
    "thae": "those",
    "thee": "you",
    "tother": "the other",
    "twa": "two",
    "wan": "one",
    "wanna": "want to",
    "wi": "with",
    "wi'": "with",
    "wi'oot": "without",
    "wis": "was",
    "wos": "was",
    "wot": "what",
    "wots": "what is",
    "wud": "would",
    "yer": "your",
    "yersel": "yourself",
    "yous": "you",
    "youse": "you",
}
TOKEN = re.compile(r"(?<![\w'’])['’]?[^\W\d_]+(?:['’][^\W\d_]+)*['’]?")
FRONTED = (("vv", "th"), ("ff", "th"), ("v", "th"), ("f", "th"))  # "bovver", "nuffing", "wivout", "fink"


def spelt_out(text: str, known: Callable[[str], bool]) -> str:
    """The text with what is spelt as it sounds in dialect spelt as `known` words; all else stays."""

    def standard(found: re.Match[str]) -> str:
        written = found.group()
        word = written.lower().replace("’", "'")
        if word in ENGLISH:
            return ENGLISH[word]
        if word.startswith("t'") and known(word[2:]):
            return f"the {word[2:]}"
        if word.endswith("in'") and known(word[:-1] + "g"):
            return word[:-1] + "g"
        if word.startswith("'") and known("h" + word.strip("'")):
            return "h" + word.strip("'")
        if word.isalpha() and not known(word):
            said = (word.replace(front, back, 1) for front, back in FRONTED if front in word)
            return next(filter(known, said), written)
        return written

    return TOKEN.sub(standard, text)
