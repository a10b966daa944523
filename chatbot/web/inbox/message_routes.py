"""What agents think of single replies, and the answers that are used from then on."""

from fastapi import APIRouter

from chatbot.desk import approvals
from chatbot.dialogue.session import Session
from chatbot.errors import NotFoundError
from chatbot.records import Person
from chatbot.web.inbox.answer_shapes import AnswerShape, EffectsShape, ProposalShape
from chatbot.web.inbox.bodies import Approval, Proposal, Rating, Stars, Words
from chatbot.web.inbox.case_shapes import WholeCase
from chatbot.web.inbox.message_shapes import LearnedFrom
from chatbot.web.inbox.reading import Reading
from chatbot.web.routes import get_route


def add_message_routes(router: APIRouter, session: Session, reading: Reading, staff: Person) -> None:
    """Add the routes below `messages` and `answers`."""
    feedback, conversations = session.store.feedback, session.store.conversations

    def around(message: str, person: Person) -> WholeCase:
        return reading.whole(conversations.message(message).conversation, person)

    @get_route(router, "/messages/{message}/learned-from")
    def learned_from(message: str, person: Person = staff) -> LearnedFrom:
        return reading.learned_from(session.learned_from(message))

    @router.post("/messages/{message}/rating")
    def rate(message: str, body: Rating, person: Person = staff) -> WholeCase:
        if body.value:
            feedback.rate(message, person, body.value, body.reasons, body.comment or None)
        else:
            feedback.withdraw_rating(message, person)
        return around(message, person)

    @router.post("/messages/{message}/stars")
    def grade(message: str, body: Stars, person: Person = staff) -> WholeCase:
        feedback.add_stars(message, person, body.stars)
        return around(message, person)

    @router.post("/messages/{message}/correction")
    def correct(message: str, body: Words, person: Person = staff) -> WholeCase:
        feedback.correct(message, person, body.text)
        return around(message, person)

    @router.delete("/messages/{message}/correction")
    def withdraw_correction(message: str, person: Person = staff) -> WholeCase:
        feedback.withdraw_correction(message, person)
        return around(message, person)

    _add_answers(router, session, reading, staff)


def _add_answers(router: APIRouter, session: Session, reading: Reading, staff: Person) -> None:
    conversations = session.store.conversations

    @router.post("/messages/{message}/preview")
    def preview(message: str, body: Approval, person: Person = staff) -> EffectsShape:
        conversations.message(message)
        return EffectsShape.model_validate(session.effects(body.question, body.answer, message))

    @router.post("/messages/{message}/approve")
    def approve(message: str, body: Approval, person: Person = staff) -> AnswerShape:
        answer = approvals.approve(session.store, person, message, body.question, body.answer)
        return _found(reading, answer.id)

    @router.post("/messages/{message}/propose")
    def propose(message: str, body: Proposal, person: Person = staff) -> WholeCase:
        approvals.propose(session.store, person, message, body.question, body.answer, body.colleague)
        return reading.whole(conversations.message(message).conversation, person)

    @get_route(router, "/proposals")
    def proposals(person: Person = staff) -> list[ProposalShape]:
        return reading.proposals(person)

    @router.post("/proposals/{answer}/confirm")
    def confirm(answer: str, person: Person = staff) -> AnswerShape:
        return _found(reading, approvals.confirm(session.store, person, answer).id)

    @get_route(router, "/answers")
    def answers(person: Person = staff) -> list[AnswerShape]:
        return reading.answers()

    @router.put("/answers/{answer}")
    def revise(answer: str, body: Approval, person: Person = staff) -> AnswerShape:
        return _found(reading, approvals.revise(session.store, person, answer, body.question, body.answer).id)

    @router.delete("/answers/{answer}")
    def withdraw(answer: str, person: Person = staff) -> list[AnswerShape]:
        approvals.withdraw(session.store, person, answer)
        return reading.answers()


def _found(reading: Reading, answer: str) -> AnswerShape:
    found = next((one for one in reading.answers() if one.id == answer), None)
    if found is None:
        raise NotFoundError("this answer was withdrawn in the meantime: reload the page")
    return found
