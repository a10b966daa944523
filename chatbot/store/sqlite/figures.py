"""Counts over conversations, by indexes that hold all that is counted."""

from chatbot.store.figures import Counted, Figures, Missed, Tallies
from chatbot.store.sqlite.database import Database

ENDED = """
select substr(began, 1, 10) as day, version,
    case when ending != 'answered' then ending when last_at > :quiet then 'open' else 'assumed' end as ending,
    first_ms, count(*) as count
from cases indexed by cases_as_counted where pack = :pack and began >= :since and began < :until
group by 1, 2, 3, 4
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

    def tallies(self, pack: str, since: str, until: str, quiet: str) -> Tallies:
        rows = self._database.rows(ENDED, pack=pack, since=since, until=until, quiet=quiet)
        return Tallies.of([Counted(**row) for row in rows])

    def missed(self, pack: str, since: str, limit: int) -> list[Missed]:
        return [Missed(**row) for row in self._database.rows(MISSED, pack=pack, since=since, limit=limit)]
