"""What the inbox shows of cases, read from the store; changes nothing."""

from collections.abc import Sequence
from dataclasses import asdict

from chatbot.desk.desk import Desk
from chatbot.desk.summary import summary_of
from chatbot.dialogue.nearest_rows import Nearest, NearRow
from chatbot.errors import NotFoundError
from chatbot.records import ApprovedAnswer, Feedback, FoundPassage, Message, Person, Trace
from chatbot.store import Store
from chatbot.store.cases import Case, CaseFilter
from chatbot.store.uploads import Upload
from chatbot.web.file_views import file_view
from chatbot.web.inbox.answer_shapes import AnswerShape, ProposalShape
from chatbot.web.inbox.case_shapes import (
    CallShape,
    CannedShape,
    CaseList,
    CaseRow,
    Choices,
    Colleague,
    ListedCase,
    NoteShape,
    Other,
    Owner,
    OwnerFact,
    SummaryShape,
    WholeCase,
)
from chatbot.web.inbox.checks import check_words
from chatbot.web.inbox.message_shapes import LearnedFrom, LearnedRow, Opinion, Said, SentFile, Source, Weighed


class Reading:
    """Reads for one installation."""

    def __init__(self, store: Store, desk: Desk) -> None:
        self._store = store
        self._desk = desk

    def cases(self, wanted: CaseFilter, reader: Person) -> CaseList:
        """A page of cases."""
        page, asks = self._store.cases.page(wanted), self._store.cases.attention(reader)
        excerpts = self._store.cases.excerpts([case.conversation for case in page.items], wanted.text)
        items = [ListedCase(**dict(self.row(case)), excerpt=excerpts.get(case.conversation, "")) for case in page.items]
        told = {"mine": asks.mine, "attention": asks.waiting + asks.unread}
        return CaseList(items=items, next=page.next, counts=page.counts, **told)

    def calls(self, reader: Person) -> list[CallShape]:
        """What the reader is called to, the latest first."""
        return [CallShape.model_validate(call) for call in self._store.cases.calls(reader)]

    def choices(self) -> Choices:
        """What cases can be filtered by."""
        return Choices(**asdict(self._store.cases.choices()))

    def row(self, case: Case) -> CaseRow:
        """A case as it stands in a list."""
        told = {name: value for name, value in asdict(case).items() if name != "person"}
        told |= {"labels": list(case.labels), "there": self._desk.presence.visitor_there(case.conversation)}
        return CaseRow(**told)

    def whole(self, conversation_id: str, reader: Person) -> WholeCase:
        """A case with all around it."""
        store = self._store
        case = store.cases.get(conversation_id)
        looking = self._desk.looking.at(conversation_id)
        branch = store.conversations.path(store.conversations.get(conversation_id).head)
        sent = store.uploads.sent_in(conversation_id)
        waiting = {one.message: one for one in store.feedback.waiting_answers()}
        said = {message.id for message in branch}
        answers = [one for one in reversed(store.feedback.answers()) if one.message in said]
        used = {one.message: answer_shape(store, one) for one in answers}
        notes = [asdict(note) | {"mentions": list(note.mentions)} for note in store.cases.notes(conversation_id)]
        return WholeCase(
            case=self.row(case),
            position=store.cases.queue_position(conversation_id),
            messages=[
                self._said(message, reader, waiting.get(message.id), used.get(message.id), sent.get(message.id, []))
                for message in branch
            ],
            summary=SummaryShape(**asdict(summary_of(branch))),
            notes=[NoteShape(**note) for note in notes],
            person=self._owner(case),
            looking=[one for one in self.colleagues(reader) if one.id in looking and not one.me],
        )

    def colleagues(self, reader: Person) -> list[Colleague]:
        """All of the staff who can sign in."""
        return [
            Colleague(
                id=one.id,
                name=str(one.name),
                role=one.role,
                there=self._desk.presence.agent_there(one.id),
                me=one.id == reader.id,
            )
            for one in self._store.people.staff()
            if not one.disabled
        ]

    def canned(self) -> list[CannedShape]:
        """All canned replies."""
        return [
            CannedShape(name=one.name, text=one.text, updated_at=one.updated_at) for one in self._store.canned.all()
        ]

    def answers(self) -> list[AnswerShape]:
        """The approved answers in use, the latest first."""
        return answers_in_use(self._store)

    def proposals(self, reader: Person) -> list[ProposalShape]:
        """The answers that wait for a second look, the oldest first."""
        return [self._proposal(one, reader) for one in self._store.feedback.waiting_answers()]

    def _proposal(self, answer: ApprovedAnswer, reader: Person) -> ProposalShape:
        message = answer.message or ""
        return ProposalShape(
            id=answer.id,
            query=answer.query,
            response=answer.response,
            message=message,
            conversation=self._store.conversations.message(message).conversation,
            author=self._name(answer.person),
            asked=self._name(answer.asked),
            mine=answer.person == reader.id,
            created_at=answer.created_at,
        )

    def learned_from(self, found: Nearest) -> LearnedFrom:
        """The rows nearest to a reply, each with its chat where that is still there."""
        return LearnedFrom(
            snapshot=found.snapshot, many=found.many, none=found.none, rows=[self._learned(one) for one in found.rows]
        )

    def _learned(self, near: NearRow) -> LearnedRow:
        row = near.row
        return LearnedRow(
            lesson=row.lesson,
            origin=row.origin,
            question=row.question,
            reply=row.reply,
            rejected=row.rejected,
            conversation=row.conversation if self._known(row.conversation) else "",
            score=near.score,
            question_score=near.question_score,
            reply_score=near.reply_score,
        )

    def _known(self, conversation: str) -> bool:
        try:
            return bool(self._store.conversations.get(conversation))
        except NotFoundError:
            return False

    def _owner(self, case: Case) -> Owner:
        person = self._store.people.get(case.person) or Person(case.person, "visitor")
        others = [one for one in self._store.conversations.of(person) if one.id != case.conversation]
        told = [Other(conversation=one.id, title=one.title, updated_at=one.updated_at) for one in others]
        remembered = [OwnerFact(label=one.field, value=one.value) for one in self._store.memories.of(person)]
        return Owner(
            id=person.id, consent=person.consent, created_at=person.created_at, others=told, remembered=remembered
        )

    def _said(
        self,
        message: Message,
        reader: Person,
        waiting: ApprovedAnswer | None,
        used: AnswerShape | None,
        sent: Sequence[Upload],
    ) -> Said:
        trace, replies = message.trace or Trace(), message.role != "user"
        return Said(
            id=message.id,
            parent=message.parent,
            role=message.role,
            author=message.author,
            author_name=self._name(message.author),
            content=message.content,
            status=message.status,
            created_at=message.created_at,
            held=message.held,
            versions=[sibling.id for sibling in self._store.conversations.siblings(message)],
            version=trace.version,
            act=trace.act if message.trace else "",
            rule=trace.rule or "",
            weighed=Weighed(**trace.weighed) if trace.weighed else None,
            known=trace.known,
            handoff=trace.handoff or "",
            uncertain=trace.uncertain,
            check=trace.check,
            check_words=check_words(trace),
            refused=trace.refused,
            sources=[_source(passage) for passage in trace.passages],
            opinions=[self._opinion(one, reader) for one in self._store.feedback.on(message.id)] if replies else [],
            files=[SentFile(**file_view(upload)) for upload in sent],
            answer=used,
            proposal=self._proposal(waiting, reader) if waiting else None,
        )

    def _opinion(self, given: Feedback, reader: Person) -> Opinion:
        return Opinion(
            who="the visitor" if given.role == "visitor" else self._name(given.person),
            mine=given.person == reader.id,
            kind=given.kind,
            value=given.value,
            reasons=given.reasons,
            stars=given.stars,
            text=given.correction or given.comment or "",
        )

    def _name(self, person_id: str | None) -> str:
        return staff_name(self._store, person_id)


def _source(passage: FoundPassage) -> Source:
    return Source.model_validate({"used": False, **passage})


def answers_in_use(store: Store) -> list[AnswerShape]:
    """The approved answers in use, the latest first."""
    return [answer_shape(store, one) for one in reversed(store.feedback.answers())]


def answer_shape(store: Store, answer: ApprovedAnswer) -> AnswerShape:
    """An approved answer with the names of those who approved it."""
    return AnswerShape(
        id=answer.id,
        query=answer.query,
        response=answer.response,
        message=answer.message,
        author=staff_name(store, answer.person),
        confirmed_by=staff_name(store, answer.confirmed_by),
        created_at=answer.created_at,
    )


def staff_name(store: Store, person_id: str | None) -> str:
    """The name of one of the staff, with words for somebody who is not there any more; empty for nobody."""
    return store.people.name_of(person_id, "somebody who left") if person_id else ""
