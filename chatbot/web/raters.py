"""Whose a rating is: staff rate every reply, everybody else those that were given to them.

That a reply was somebody's own is shown by the visitor's cookie of its conversation, by the key of the app that asked,
or by the token that came with the reply, for clients that keep no cookies. To know its id is not enough.
"""

from itsdangerous import BadSignature

from chatbot.errors import AccessError, NotFoundError
from chatbot.records import Person
from chatbot.store import Store
from chatbot.web.access import Access
from chatbot.web.api_requests import FeedbackRequest
from chatbot.web.callers import Caller

FOR_STAFF = "stars and corrections are given by staff: sign in at /login, or use the key of an agent or operator"
UNPROVEN = (
    "a rating is given by whoever got the reply: send its cookie or key along, or its `feedback_token` as `token`"
)


class Raters:
    """Signs a token for each reply, and tells who gives a rating."""

    def __init__(self, store: Store, access: Access) -> None:
        self._store = store
        self._signer = access.signer("reply")

    def token(self, message_id: str) -> str:
        """What shows that a reply was given to whoever has it."""
        return str(self._signer.dumps(message_id))

    def rater(self, staff: Person | None, caller: Caller, body: FeedbackRequest) -> Person:
        """Who rates; `staff` is signed in. Raises `AccessError`, or `NotFoundError` for what is not the caller's."""
        if staff is None and caller.key:
            holder = caller.person(body.user)
            staff = holder if holder.role != "visitor" else None
        if staff is not None:
            return staff
        if body.stars or body.correction:
            raise AccessError(FOR_STAFF)
        if caller.fresh and not body.token:
            raise AccessError(UNPROVEN)
        owner = self._owner(body.message)
        known = caller.person(body.user).id if caller.key else caller.visitor
        if owner is None or not (self._proves(body) or known == owner):
            raise NotFoundError(f"message {body.id!r} does not exist among your conversations")
        return self._store.people.visitor(owner)

    def _owner(self, message_id: str) -> str | None:
        try:
            message = self._store.conversations.message(message_id)
        except NotFoundError:
            return None
        return self._store.conversations.get(message.conversation).person

    def _proves(self, body: FeedbackRequest) -> bool:
        try:
            return bool(self._signer.loads(body.token) == body.message)
        except BadSignature:
            return False
