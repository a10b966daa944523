"""What a store is: the areas of what is remembered, behind one object that any thread may use.

What it returns are records; what stands behind it, SQLite or another database, shows nowhere else.
"""

from contextlib import AbstractContextManager
from typing import Protocol

from chatbot.broker import Broker
from chatbot.store.accounts import Accounts
from chatbot.store.canned import CannedReplies
from chatbot.store.cases import Cases
from chatbot.store.conversations import Conversations
from chatbot.store.erasures import Erasures
from chatbot.store.events import Events
from chatbot.store.feedback import FeedbackStore
from chatbot.store.figures import Figures
from chatbot.store.gaps import GapsAside
from chatbot.store.keys import Keys
from chatbot.store.memories import Memories
from chatbot.store.people import People
from chatbot.store.rates import Rates
from chatbot.store.second_factors import SecondFactors
from chatbot.store.sign_ins import SignIns
from chatbot.store.uploads import Uploads
from chatbot.store.versions import Versions
from chatbot.store.webhooks import Webhooks


class Store(Protocol):
    """Everything that is remembered, by area."""

    @property
    def people(self) -> People:
        """Visitors, agents and operators."""
        ...

    @property
    def accounts(self) -> Accounts:
        """Passwords, roles and the end of accounts of agents and operators."""
        ...

    @property
    def sign_ins(self) -> SignIns:
        """Where agents and operators are signed in."""
        ...

    @property
    def second_factors(self) -> SecondFactors:
        """Codes that they give besides their password."""
        ...

    @property
    def conversations(self) -> Conversations:
        """Conversations and their messages."""
        ...

    @property
    def cases(self) -> Cases:
        """What the staff see of conversations, and who holds them."""
        ...

    @property
    def uploads(self) -> Uploads:
        """Files that visitors send."""
        ...

    @property
    def canned(self) -> CannedReplies:
        """What agents send often."""
        ...

    @property
    def broker(self) -> Broker:
        """Where all that is written is told once it is on disk."""
        ...

    @property
    def feedback(self) -> FeedbackStore:
        """What people think of replies, and approved answers."""
        ...

    @property
    def memories(self) -> Memories:
        """What visitors who agreed said about themselves."""
        ...

    @property
    def versions(self) -> Versions:
        """Snapshots, runs, versions and aliases."""
        ...

    @property
    def keys(self) -> Keys:
        """API keys."""
        ...

    @property
    def events(self) -> Events:
        """Who did what to what."""
        ...

    @property
    def rates(self) -> Rates:
        """What was done how often of late."""
        ...

    @property
    def erasures(self) -> Erasures:
        """What is deleted for good."""
        ...

    @property
    def figures(self) -> Figures:
        """How conversations went, counted."""
        ...

    @property
    def gaps(self) -> GapsAside:
        """Questions that are not ours to answer."""
        ...

    @property
    def webhooks(self) -> Webhooks:
        """What is to be told to a webhook."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """What is written within is stored whole or not at all; one transaction within another is part of it."""
        ...

    def check(self) -> None:
        """Raises where the database cannot be read."""
        ...

    def close(self) -> None:
        """Let go of what this thread holds open."""
        ...
