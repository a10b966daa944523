"""A follow-up worded as a question that stands alone, which can be looked up and read without the talk before it.

"and who pays for that?" becomes "Who pays for returning a lamp?" (question rewriting: Elgohary et al., "Can You Unpack
That?", 2019, aclanthology.org/D19-1605). The model words it, after two examples that show that a subject may be taken
up or dropped, and learns it from the `lookups` of a pack's dialogues. A wording that brings in what nobody spoke of,
as small models do, is dropped.
"""

from collections.abc import Sequence

from chatbot.dialogue.claims import common_words, stem
from chatbot.engines.base import Engine
from chatbot.errors import EngineError
from chatbot.knowledge.retrieval.spelling import WORD
from chatbot.records import ChatMessage, Sampling

SYSTEM = """\
You word a customer's last message as one complete question that can be understood without the talk before it. Keep \
the customer's words where they can stay. Write only the question.

Customer: How do I send back a lamp?
Assistant: You ask for a label under Account > Returns.
Customer: and who pays for that?
Question: Who pays for sending back a lamp?

Customer: Is delivery free?
Assistant: Yes, from £50 on.
Customer: ok. and do gift cards run out?
Question: Do gift cards run out?"""
REMEMBERED = 4  # messages
LONGEST_REMEMBERED = 50  # words of each
LONGEST_QUESTION = 40  # tokens
SPEAKERS = {"user": "Customer", "assistant": "Assistant"}


def standalone_question(engine: Engine, history: Sequence[ChatMessage], message: str, language: str = "en") -> str:
    """The last message worded to stand alone; empty where there is no talk before it, or no wording comes of it."""
    if not history:
        return ""
    sampling = Sampling(max_new_tokens=LONGEST_QUESTION, repetition_penalty=1.0, stop=("\n",))
    try:
        worded = "".join(engine.generate(standalone_prompt(history, message), sampling)).strip()
    except EngineError:
        return ""
    same = worded.casefold() == message.strip().casefold()
    talk = [*(one["content"] for one in history[-REMEMBERED:]), message]
    return "" if same or _invents(worded, talk, language) else worded


def _invents(worded: str, talk: Sequence[str], language: str) -> bool:
    """Whether a wording uses a word that is neither common nor in the talk."""
    said = {stem(word) for text in talk for word in WORD.findall(text)}
    return any(stem(word) not in said for word in WORD.findall(worded) if word.lower() not in common_words(language))


def standalone_prompt(history: Sequence[ChatMessage], message: str) -> list[ChatMessage]:
    """The messages that ask for the wording; serving and training share them."""
    asked: ChatMessage = {"role": "user", "content": message}
    said = [*history[-REMEMBERED:], asked]
    talk = "\n".join(f"{SPEAKERS.get(one['role'], 'Customer')}: {_shortened(one['content'])}" for one in said)
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": f"{talk}\nQuestion:"}]


def _shortened(text: str) -> str:
    words = text.split()
    return " ".join(words[:LONGEST_REMEMBERED]) + (" …" if len(words) > LONGEST_REMEMBERED else "")
