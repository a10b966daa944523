"""An installation of the shipped pack with eight weeks behind it: visitors, agents, chats in every state, versions."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from chatbot.dialogue.opening import open_session
from chatbot.dialogue.prompt import question_in
from chatbot.dialogue.session import Session
from chatbot.engines import scripted
from chatbot.engines.scripted import ScriptedEngine
from chatbot.engines.wanted import Wanted
from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.knowledge.packs import Pack, load_pack
from chatbot.receiving.receiver import Receiver
from chatbot.records import ChatMessage, Person
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from docs.pictures import words
from docs.pictures.clock import PRESENT, Clock
from docs.pictures.versions import Lineage
from docs.pictures.words import Talk

PASSWORD = "six copper kettles whistle"
FIRST_WORD_SECONDS = 0.07
STAFF = {"Ann Lee": "agent", "Tom Okafor": "agent", "Olga Brandt": "operator"}


@dataclass(frozen=True)
class Home:
    """What the pictures are taken of: the visitor of the chat, the chats that are shown by name, a photo to send."""

    settings: Settings
    visitor: Person
    chats: dict[str, str]
    titles: dict[str, str]
    receipt: Path


def engine_of(pack: Pack) -> None:
    """Let the scripted engine say what the pack's rows say, the base the first fact that it is shown."""
    said = {row.query: row.response for row in pack.pairs} | words.REPLIES

    def say(messages: Sequence[ChatMessage]) -> str:
        time.sleep(FIRST_WORD_SECONDS)
        return said.get(question_in(messages[-1]["content"])) or fact(messages)

    def fact(messages: Sequence[ChatMessage]) -> str:
        return " ".join(split_sentences(scripted.first_fact(messages).partition(": ")[2])[:2])

    def load(wanted: Wanted) -> ScriptedEngine:
        return ScriptedEngine(wanted.version, fact if wanted.version == BASE else say)

    scripted.load = load


class Filling:
    """Lives through the weeks, day by day."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self.settings, self.store, self.clock = settings, store, clock
        self.pack = load_pack(settings.pack_folder)
        self.draw = random.Random(7)
        self.staff = {name: store.people.add_staff(name, role, PASSWORD) for name, role in STAFF.items()}  # type: ignore[arg-type]
        self.session: Session

    def fill(self) -> Home:
        """Everything, the oldest first."""
        lineage = Lineage(self.settings, self.store, self.pack, self.clock)
        self._weeks(words.DAYS, 37)
        lineage.train(37, skill=0.8)
        self._weeks(37, 9)
        lineage.fail(23)
        lineage.train(16, skill=0.78)
        lineage.train(9, skill=0.89)
        self._weeks(9, 0)
        self._open()
        visitor, chats = self._visitor(), dict[str, str]()
        for talk in sorted([*words.OTHERS, *words.WAITING], key=lambda talk: -talk.days):
            chats[talk.asks[0]] = self._talk(talk, self._visitor())
        for talk in words.MINE:
            self._talk(talk, visitor)
        chats["photo"] = self._photo(visitor)
        chats |= {"paying": self._talk(words.PAYING, visitor), "cracked": self._talk(words.CRACKED, visitor)}
        chats["disliked"] = chats[words.CORRECTED[0]]
        self._approvals()
        self.session.live.close()
        lineage.begin()
        receipt = self.settings.home / "receipt.jpg"
        receipt.write_bytes(photo())
        self.clock.set(PRESENT)
        titles = {name: self.store.conversations.get(chat).title for name, chat in chats.items()}
        return Home(self.settings, visitor, chats, titles, receipt)

    def _open(self) -> None:
        self.session = open_session(self.settings, self.store)

    def _visitor(self) -> Person:
        return self.store.people.add_visitor()

    def _weeks(self, first: int, last: int) -> None:
        """What people ask on the days from `first` days ago until `last` days ago."""
        self._open()
        asked = [row.query for row in self.pack.pairs if row.intent not in words.RARE]
        unknown = [row.query for row in self.pack.pairs if row.intent == "unknown"][:30]
        unknown += 5 * [question for alike in words.GAPS for question in alike]
        for days in range(first, last, -1):
            weekday = (PRESENT - timedelta(days=days)).weekday()
            missed = 0.08 + 0.16 * days / words.DAYS  # less and less, as the bot learns
            people = round(words.A_DAY[weekday] * (1.4 - days / words.DAYS)) + self.draw.randrange(3)
            for _ in range(people):
                pools = [unknown if self.draw.random() < missed else asked for _ in range(self.draw.choice([1, 1, 2]))]
                liked = self.draw.choices([None, True, False], [80, 14, 16 * missed])[0]
                passed_on = self.draw.random() < 0.06
                talk = Talk(
                    [*(self.draw.choice(pool) for pool in pools), *(["human please"] if passed_on else [])],
                    days - self.draw.random() * 0.4,
                    liked=liked,
                    reason="Wrong" if liked is False else "",
                    agent=self.draw.choice(["Ann Lee", "Tom Okafor"]) if passed_on else "",
                    written=["Hello, how can I help?"],
                    done=days > 3 or passed_on,
                )
                self._talk(talk, self._visitor())
        self.session.live.close()

    def _talk(self, talk: Talk, visitor: Person) -> str:
        """A talk with all that comes of it; returns its conversation."""
        self.clock.set(PRESENT - timedelta(days=talk.days))
        conversation, reply, store = "", "", self.store
        for text in talk.asks:
            *_, last = self.session.say(visitor, text, conversation or None)
            conversation, reply = last.conversation, last.message
        if talk.liked is not None:
            reasons = [talk.reason] if talk.reason else None
            store.feedback.rate(reply, visitor, "like" if talk.liked else "dislike", reasons, talk.comment or None)
        if talk.agent:
            self._take_over(talk, conversation, visitor)
        agent = self.staff[talk.agent or "Ann Lee"]
        for label in talk.labels:
            store.cases.add_label(conversation, agent, label)
        if talk.note:
            store.cases.add_note(conversation, agent, talk.note)
        if talk.done:
            store.cases.close(conversation, agent)
        return conversation

    def _take_over(self, talk: Talk, conversation: str, visitor: Person) -> None:
        agent, (first, *rest) = self.staff[talk.agent], talk.written
        self.store.cases.claim(conversation, agent)
        self.store.cases.write(conversation, agent, first)
        if talk.answered:
            list(self.session.say(visitor, talk.answered, conversation))
        for text in rest:
            self.store.cases.write(conversation, agent, text)

    def _photo(self, visitor: Person) -> str:
        """A chat with a photo."""
        self.clock.set(PRESENT - timedelta(minutes=25))
        upload = Receiver(self.settings, self.store).take(visitor, "lamp base.jpg", BytesIO(photo()))
        *_, last = self.session.say(visitor, "This is the base of the lamp that came today", uploads=[upload.id])
        return last.conversation

    def _approvals(self) -> None:
        """Answers in use, one that waits for a second look, grades and a correction."""
        feedback, olga, ann = self.store.feedback, self.staff["Olga Brandt"], self.staff["Ann Lee"]
        exchanges = {one.question: one for one in self.store.conversations.exchanges(60)}
        for days, (question, answer) in zip((5.2, 2.1), words.APPROVED, strict=True):
            self.clock.set(PRESENT - timedelta(days=days))
            feedback.approve(question, answer, ann, exchanges[question].reply if question in exchanges else None)
        self.clock.set(PRESENT - timedelta(minutes=40))
        question, answer = words.CORRECTED
        feedback.correct(exchanges[question].reply, ann, answer)
        feedback.propose(question, answer, ann, exchanges[question].reply, olga)
        for name, text in words.CANNED.items():
            self.store.canned.put(name, text, ann)


def photo() -> bytes:
    """Something that looks like a photo of the cracked base of a lamp."""
    wide, high = 960, 720
    drawn = Image.new("RGB", (wide, high), "#d9d2c6")
    draw = ImageDraw.Draw(drawn)
    for row in range(high):
        shade = round(26 * row / high)
        draw.line((0, row, wide, row), fill=(222 - shade, 214 - shade, 202 - shade))
    draw.rectangle((0, 470, wide, high), fill="#8a6a4a")
    for plank in range(470, high, 62):
        draw.line((0, plank, wide, plank), fill="#785a3e", width=4)
    draw.ellipse((250, 500, 750, 660), fill="#5f4a36")
    drawn = drawn.filter(ImageFilter.GaussianBlur(6))
    draw = ImageDraw.Draw(drawn)
    draw.ellipse((230, 450, 730, 620), fill="#24302e")
    draw.ellipse((230, 430, 730, 600), fill="#3c4f4b")
    draw.rectangle((462, 0, 498, 500), fill="#b08b4f")
    draw.rectangle((470, 0, 478, 500), fill="#d8b678")
    draw.line([(500, 520), (560, 500), (600, 540), (655, 520), (720, 560)], fill="#101716", width=7)
    draw.line([(600, 540), (615, 575), (650, 592)], fill="#101716", width=5)
    drawn = drawn.filter(ImageFilter.GaussianBlur(1.6))
    out = BytesIO()
    drawn.save(out, "JPEG", quality=85)
    return out.getvalue()
