"""What every tab of /operate is given, and who may ask there."""

from dataclasses import dataclass

from fastapi import Request

from chatbot.desk.desk import Desk
from chatbot.dialogue.session import Session
from chatbot.records import Person
from chatbot.store import Store
from chatbot.web.access import Access
from chatbot.web.pages import OPERATE
from training.runs.jobs import Jobs


@dataclass(frozen=True)
class Console:
    """The installation as operators reach it."""

    session: Session
    access: Access
    jobs: Jobs
    desk: Desk

    @property
    def store(self) -> Store:
        """What is remembered."""
        return self.session.store

    def operator(self, request: Request) -> Person:
        """The operator who asks: `Depends(console.operator)`; raises `AccessError` for everybody else."""
        return self.access.staff_for(OPERATE, request.cookies)
