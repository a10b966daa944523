"""Answers that are used from now on, at once or after the second look of a colleague.

What was changed of a reply is also a correction to learn from, which counts when the answer does. Approving and
proposing see to that, to the note that calls the colleague, and to the label by which the chat is found meanwhile.
"""

from chatbot.errors import InputError, NotFoundError
from chatbot.records import ApprovedAnswer, Message, Person
from chatbot.store import Store

SECOND_LOOK = "second look"


def approve(store: Store, person: Person, message: str | None, question: str, answer: str) -> ApprovedAnswer:
    """Use an answer from now on; `message` is the reply that it stands in for, if it is one's."""
    with store.transaction():
        said = _reply(store, message) if message else None
        made = store.feedback.approve(question, answer, person, message)
        if said:
            _correct(store, said, person, answer)
    return made


def propose(store: Store, person: Person, message: str, question: str, answer: str, colleague: str) -> ApprovedAnswer:
    """Have an answer wait until somebody else than the person confirms it; a colleague, by id, is called to look."""
    asked = next((one for one in store.people.staff() if one.id == colleague and not one.disabled), None)
    if asked is None:
        raise NotFoundError(f"nobody of the staff has the id {colleague!r}: choose a colleague")
    with store.transaction():
        chat = _reply(store, message).conversation
        made = store.feedback.propose(question, answer, person, message, asked)
        store.cases.add_note(chat, person, f"@{asked.name} a second look, please: the answer below waits for it.")
        store.cases.add_label(chat, person, SECOND_LOOK)
    return made


def confirm(store: Store, person: Person, answer: str) -> ApprovedAnswer:
    """Use an answer from now on that waited for a second look."""
    with store.transaction():
        used = store.feedback.confirm_answer(answer, person)
        said = _reply(store, used.message or "")
        author = store.people.get(used.person)
        _correct(store, said, author or person, used.response)
        _unlabel(store, said, person)
    return used


def withdraw(store: Store, person: Person, answer: str) -> None:
    """Stop using an answer, or take back one that waits."""
    with store.transaction():
        waiting = next((one for one in store.feedback.waiting_answers() if one.id == answer), None)
        store.feedback.withdraw_answer(answer, person)
        if waiting and waiting.message:
            _unlabel(store, store.conversations.message(waiting.message), person)


def revise(store: Store, person: Person, answer: str, question: str, words: str) -> ApprovedAnswer:
    """Use other words from now on in place of an answer in use."""
    with store.transaction():
        used = next((one for one in store.feedback.answers() if one.id == answer), None)
        if used is None:
            raise NotFoundError("this answer was withdrawn in the meantime: reload the page")
        store.feedback.withdraw_answer(answer, person)
        return approve(store, person, used.message, question, words)


def _reply(store: Store, message: str) -> Message:
    said = store.conversations.message(message)
    if said.role == "user":
        raise InputError("what a visitor said is no answer: choose a reply")
    return said


def _correct(store: Store, said: Message, person: Person, answer: str) -> None:
    if said.role == "assistant" and answer.strip() != said.content.strip():
        store.feedback.correct(said.id, person, answer)


def _unlabel(store: Store, said: Message, person: Person) -> None:
    """Take the label off, unless another answer of the chat waits."""
    waiting = {one.message for one in store.feedback.waiting_answers()}
    if not any(store.conversations.message(one).conversation == said.conversation for one in waiting if one):
        store.cases.remove_label(said.conversation, person, SECOND_LOOK)
