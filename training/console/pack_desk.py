"""What operators do with the pack: look at it, try a change, save it, undo it; what is saved answers at once."""

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path

from chatbot.desk import approvals
from chatbot.dialogue.finding import compare, known_of, lead_of
from chatbot.dialogue.renewing import Renewal
from chatbot.dialogue.session import Session
from chatbot.errors import InputError, NotFoundError, PackError
from chatbot.knowledge.editing.changed import remarks_on
from chatbot.knowledge.editing.editor import PackEditor
from chatbot.knowledge.editing.files import PERSONA, article_file, check_name, read_file, rule_file, tidied
from chatbot.knowledge.editing.forms import PersonaForm, RuleForm
from chatbot.knowledge.editing.history import Change, compared, lines_changed
from chatbot.knowledge.knowledge import index_pack
from chatbot.knowledge.packs import Rule
from chatbot.knowledge.persona import Persona
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.knowledge.slugs import Slugs
from chatbot.pack_folders import COPIES
from chatbot.records import Person
from chatbot.web.article_html import article_html
from chatbot.web.articles import article_titles, pieces_of
from chatbot.web.inbox.answer_shapes import AnswerShape
from chatbot.web.inbox.reading import answers_in_use
from training.console.searching import places
from training.console.tabs.knowledge_shapes import (
    AskedShape,
    ChangeRow,
    Checked,
    FileRow,
    FindsShape,
    LeadShape,
    LineShape,
    OpenedFile,
    PlaceShape,
    Saved,
    Shelf,
    WholeChange,
)


class PackDesk:
    """The pack of a running session, to be changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._store = session.store
        self.editor = PackEditor(session.settings, session.store, session.pack.name)
        self.renewal = Renewal(session)

    def shelf(self) -> Shelf:
        """All of it, each file with its last change."""
        pack, editor = self._session.pack, self.editor
        last: dict[str, Change] = {}
        for change in editor.history.all():
            last.setdefault(change.file, change)
        titles = article_titles(pack)
        counted = {name: len(pieces_of(pack, name)) for name in titles}
        rules = [(rule, f"{rule.action} · {_count(len(rule.examples), 'example')}") for rule in pack.rules]
        return Shelf(
            pack=pack.name,
            title=pack.persona.title,
            folder=str(editor.folder),
            packaged=editor.is_packaged,
            copied=editor.folder.parent == self._session.settings.home / COPIES,
            writable=editor.is_packaged or os.access(editor.folder / "articles", os.W_OK),
            fault=self.renewal.fault,
            articles=[
                _row(article_file(name), name, title, _count(counted[name], "passage"), last)
                for name, title in sorted(titles.items(), key=lambda item: item[1].casefold())
            ],
            rules=[_row(rule_file(rule.name), rule.name, _spoken(rule.name), about, last) for rule, about in rules],
            persona=_row(PERSONA, PERSONA, "Persona and texts", "", last),
            answers=self.answers(),
        )

    def answers(self) -> list[AnswerShape]:
        """The approved answers in use, the latest first."""
        return answers_in_use(self._store)

    def places(self, sought: str) -> list[PlaceShape]:
        """Where articles and rules say what is looked for, the first place of each."""
        pack, folder = self._session.pack, self.editor.folder
        files = [article_file(name) for name in article_titles(pack)] + [rule_file(rule.name) for rule in pack.rules]
        texts = ((file, read_file(folder, file).text or "") for file in files)
        return [PlaceShape.model_validate(place) for place in places(texts, sought)]

    def opened(self, file: str) -> OpenedFile:
        """A file with its history, and as a form where it has one."""
        read = self.editor.read(file)
        return OpenedFile(
            file=file,
            text=str(read.text),
            revision=read.revision,
            changes=[_change_row(change) for change in self.editor.history.all(file)],
            rule=_rule_form(file, str(read.text)),
            persona=_persona_form(file, str(read.text)),
        )

    def checked(self, file: str, text: str) -> Checked:
        """What a text would be; its faults are told, not raised."""
        now = self._session.pack
        suggested = self._suggested(file, text)
        name = article_file(suggested) if suggested else file
        try:
            pack = self.editor.changed(name, text)
        except PackError as error:
            return Checked(faults=error.faults, remarks=[], settled=[], html="", passages=0, suggested=suggested)
        except InputError as error:
            return Checked(faults=[str(error)], remarks=[], settled=[], html="", passages=0, suggested=suggested)
        remarks = remarks_on(now, name, tidied(text))
        pieces = pieces_of(pack, _article(name)) if name.startswith("articles/") else []
        html = article_html(tidied(text), pieces, article_titles(pack)) if pieces else ""
        return Checked(
            faults=[],
            remarks=remarks.new,
            settled=remarks.gone,
            html=html,
            passages=len(pieces),
            suggested=suggested,
        )

    def finds(self, file: str, text: str | None, asked: Sequence[str]) -> FindsShape:
        """Which known questions find an article before and after; raises `PackError` for a text with faults."""
        session, article = self._session, _article(file)
        pack = self.editor.changed(file, text)
        with session.live.lease() as (_, knowledge):
            before = knowledge.index
        after = index_pack(pack, before.embedder)
        after.set_answers(self._store.feedback.answers())
        found = compare(before, after, article, known_of(pack, article))

        def lead(index: KnowledgeIndex, question: str) -> LeadShape:
            return LeadShape.model_validate(lead_of(session.settings, index, question))

        own = [
            AskedShape(question=one, before=lead(before, one), after=lead(after, one)) for one in asked if one.strip()
        ]
        return FindsShape(
            known=found.known,
            before=found.before,
            after=found.after,
            lost=found.lost,
            gained=found.gained,
            asked=own,
        )

    def save(self, file: str, text: str | None, revision: str, person: Person) -> Saved:
        """Change a file, and answer from it."""
        was_packaged = self.editor.is_packaged
        change = self.editor.save(file, text, revision, person.actor)
        return self._taken(file, change, was_packaged)

    def undo(self, number: int, revision: str, person: Person) -> Saved:
        """Undo a change, and answer from what was before."""
        file = self.editor.history.get(number).file
        return self._taken(file, self.editor.undo(number, person.actor, revision), self.editor.is_packaged)

    def change(self, number: int) -> WholeChange:
        """A change line by line, and its undoing."""
        change = self.editor.history.get(number)
        now = read_file(self.editor.folder, change.file)
        later = [one for one in self.editor.history.all(change.file) if one.number > number]
        return WholeChange(
            change=_change_row(change),
            lines=_lines(change.before, change.after),
            undoing=_lines(now.text, change.before),
            revision=now.revision,
            later=len(later),
        )

    def changes(self) -> list[ChangeRow]:
        """All that was changed, the latest first."""
        return [_change_row(change) for change in self.editor.history.all()]

    def approve(self, question: str, answer: str, instead: str, person: Person) -> list[AnswerShape]:
        """Use an answer from now on, in the place of another where that is named."""
        with self._store.transaction():
            message = None
            if instead:
                old = next((one for one in self._store.feedback.answers() if one.id == instead), None)
                if old is None:
                    raise NotFoundError("this answer was withdrawn or changed in the meantime: reload the page")
                message = old.message
                approvals.withdraw(self._store, person, instead)
            approvals.approve(self._store, person, message, question, answer)
        return self.answers()

    def _taken(self, file: str, change: Change | None, was_packaged: bool) -> Saved:
        self.renewal.now()
        return Saved(
            change=change.number if change else None,
            file=file,
            revision=read_file(self.editor.folder, file).revision,
            folder=str(self.editor.folder),
            copied=was_packaged and not self.editor.is_packaged,
        )

    def _suggested(self, file: str, text: str) -> str:
        """A name for a new article, by its title; empty where it has one."""
        if file != article_file(""):
            check_name(file)
            return ""
        slugs = Slugs(otherwise="article")
        for name in article_titles(self._session.pack):
            slugs.another(name)
        title = next((line[2:] for line in text.splitlines() if line.startswith("# ")), "")
        return slugs.another(title)


def _rule_form(file: str, text: str) -> RuleForm | None:
    """The rule in a file; None where it is another file, or says what no form can show."""
    if not file.startswith("rules/"):
        return None
    try:
        return RuleForm.of(Rule.model_validate(tomllib.loads(text) | {"name": Path(file).stem}))
    except ValueError:
        return None


def _persona_form(file: str, text: str) -> PersonaForm | None:
    """The persona, likewise."""
    if file != PERSONA:
        return None
    try:
        return PersonaForm.of(Persona.model_validate(tomllib.loads(text)))
    except ValueError:
        return None


def _row(file: str, name: str, title: str, about: str, last: dict[str, Change]) -> FileRow:
    change = last.get(file)
    at, by = (change.at, _by(change.actor)) if change else ("", "")
    return FileRow(file=file, name=name, title=title, about=about, at=at, by=by)


def _change_row(change: Change) -> ChangeRow:
    added, removed = lines_changed(change)
    return ChangeRow(
        number=change.number,
        at=change.at,
        by=_by(change.actor),
        file=change.file,
        added=added,
        removed=removed,
        what="new" if change.before is None else "removed" if change.after is None else "changed",
        undoes=change.undoes,
    )


def _lines(before: str | None, after: str | None) -> list[LineShape]:
    return [LineShape(kind=line.kind, text=line.text) for line in compared(before, after)]


def _by(actor: str) -> str:
    """A name as people read it."""
    return actor.partition(":")[2] or actor


def _spoken(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _article(file: str) -> str:
    return file.removeprefix("articles/").removesuffix(".md")
