"""Counts over conversations, by indexes that hold all that is counted."""

from chatbot.store.figures import Counted, Figures, Missed, Tallies
from chatbot.store.sqlite.database import Database

ENDED = """
select day, version, case ending when 'answered' then 'assumed' else ending end, first_ms, count(*)
from cases indexed by cases_as_counted where pack = :pack and day between :first and :last
group by day, version, ending, first_ms
"""
GOING_ON = """
select day, version, count(*) from cases indexed by cases_by_time
where last_at > :quiet and ending = 'answered' and pack = :pack and day between :first and :last group by 1, 2
"""

MISSED = """
with faults as (
    select * from (
        select id as reply, 'unanswered' as fault from messages indexed by messages_unanswered
        where act = 'abstain' and created_at >= :since order by created_at desc limit :limit
    )
    union all select * from (
        select message, case kind when 'rating' then 'disliked' else 'corrected' end
        from feedback indexed by feedback_by_time join people on people.id = feedback.person
        where feedback.created_at >= :since
            and (kind = 'correction' or kind = 'rating' and value = 'dislike' and people.role = 'visitor')
        order by feedback.created_at desc limit :limit
    )
)
select questions.content as question, replies.id as reply, replies.conversation, replies.content as answer,
    max(faults.fault) as fault, questions.created_at as asked_at
from faults cross join messages as replies on replies.id = faults.reply
    cross join messages as questions on questions.id = replies.parent
    cross join conversations on conversations.id = replies.conversation
where conversations.pack = :pack and replies.role = 'assistant' and questions.role = 'user'
group by replies.id order by questions.created_at desc limit :limit
"""


class SqliteFigures(Figures):
    """Reads what cases came to (`case_endings`), and the tables of messages and feedback."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tallies(self, pack: str, first: str, last: str, quiet: str) -> Tallies:
        days = {"pack": pack, "first": first, "last": last}
        open_still = self._database.tuples(GOING_ON, **days, quiet=quiet)
        counted = map(Counted._make, self._database.tuples(ENDED, **days))
        return Tallies.of(counted, {(day, version): count for day, version, count in open_still})

    def missed(self, pack: str, since: str, limit: int) -> list[Missed]:
        return [Missed(**row) for row in self._database.rows(MISSED, pack=pack, since=since, limit=limit)]
