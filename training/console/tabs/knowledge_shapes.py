"""What the tab Knowledge asks and is told, as types."""

from typing import Literal

from pydantic import BaseModel, Field

from chatbot.knowledge.editing.forms import PersonaForm, RuleForm
from chatbot.web.bodies import Body
from chatbot.web.inbox.answer_shapes import AnswerShape

LONGEST_QUESTION = 500


class FileText(Body):
    """A file of the pack with a text, as somebody has it on view."""

    file: str
    text: str


class Asking(FileText):
    """A text, and questions of one's own to ask it."""

    asked: list[str] = Field(default_factory=list, max_length=10)


class Save(FileText):
    """What a file is to say; `revision` is that of the text that was opened, "" for a new file."""

    revision: str


class Remove(Body):
    """Take a file out."""

    file: str
    revision: str


class SaveRule(Body):
    """A rule as its form has it."""

    form: RuleForm
    revision: str


class SavePersona(Body):
    """The persona as its form has it."""

    form: PersonaForm
    revision: str


class Undo(Body):
    """Put back what stood before a change, where the file is still of this revision."""

    revision: str


class NewAnswer(Body):
    """An approved answer; `instead` is the id of the one that it takes the place of."""

    question: str
    answer: str
    instead: str = ""


class FileRow(BaseModel):
    """A file in a list; `at` and `by` are of its last change, empty where it was never changed here."""

    file: str
    name: str
    title: str
    about: str
    at: str
    by: str


class PlaceShape(BaseModel, from_attributes=True):
    """The first place where a file says what was looked for: its line, and the words between those around them."""

    file: str
    line: int
    before: str
    found: str
    after: str


class Shelf(BaseModel):
    """All that the bot answers from.

    `packaged` tells that the first change will copy the pack, `copied` that one did; `fault` says why what was saved
    does not answer yet.
    """

    pack: str
    title: str
    folder: str
    packaged: bool
    copied: bool
    writable: bool
    fault: str
    articles: list[FileRow]
    rules: list[FileRow]
    persona: FileRow
    answers: list[AnswerShape]


class ChangeRow(BaseModel):
    """A change: how many lines it added and removed, and of which other it is the undoing."""

    number: int
    at: str
    by: str
    file: str
    added: int
    removed: int
    what: Literal["new", "changed", "removed"]
    undoes: int | None


class LineShape(BaseModel):
    """A line of a comparison."""

    kind: Literal["same", "added", "removed", "gap"]
    text: str


class WholeChange(BaseModel):
    """A change line by line, and what undoing it would do to the file as it is now, of this `revision`."""

    change: ChangeRow
    lines: list[LineShape]
    undoing: list[LineShape]
    revision: str
    later: int


class OpenedFile(BaseModel):
    """A file to be changed; `form` is filled where it has one."""

    file: str
    text: str
    revision: str
    changes: list[ChangeRow]
    rule: RuleForm | None = None
    persona: PersonaForm | None = None


class Checked(BaseModel):
    """What a text would be: its faults, what somebody should look at, and how it is read.

    `suggested` is a name for a new article.
    """

    faults: list[str]
    remarks: list[str]
    settled: list[str]
    html: str
    passages: int
    suggested: str


class LeadShape(BaseModel, from_attributes=True):
    """Where a question leads."""

    source: str
    title: str
    text: str
    score: float
    answers: bool


class AskedShape(BaseModel):
    """A question of one's own, before and after."""

    question: str
    before: LeadShape
    after: LeadShape


class FindsShape(BaseModel):
    """Which known questions find an article, before and after, and where one's own lead."""

    known: int
    before: int
    after: int
    lost: list[str]
    gained: list[str]
    asked: list[AskedShape]


class Saved(BaseModel):
    """What came of saving: the number of the change, None where nothing changed. `copied` tells that this change made
    the pack's copy, in `folder`.
    """

    change: int | None
    file: str
    revision: str
    folder: str
    copied: bool
