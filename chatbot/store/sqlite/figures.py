"""Counts over conversations, by indexes that hold all that is counted."""

from chatbot.store.figures import Counted, Figures, Missed, Tallies
from chatbot.store.sqlite.database import Database

MOMENT = 32
"""Characters of a time as it is stored; what is put behind it is found again as the latest by `max`."""
ROUND_MS = 100

ENDED = f"""
with judged as (
    select messages.conversation,
        max(feedback.kind = 'rating' and feedback.value = 'dislike' and people.role = 'visitor') as disliked,
        substr(max(case when feedback.kind = 'helped' then feedback.created_at || feedback.value end), {MOMENT + 1})
            as helped
    from feedback indexed by feedback_by_time
        join messages on messages.id = feedback.message join people on people.id = feedback.person
    where feedback.created_at >= :since group by messages.conversation
),
told as (
    select conversations.id, substr(conversations.created_at, 1, 10) as day, cases.version, cases.last_at,
        cases.reason = 'handed off' or cases.status in ('waiting', 'held') or max(coalesce(messages.handed, 0))
            or max(messages.role = 'agent') as handed,
        max(coalesce(messages.act = 'answer', 0)) as answered,
        substr(max(messages.created_at || messages.role || coalesce(messages.act, '')), {MOMENT + 1}) as last,
        substr(
            min(case when messages.first_ms is not null then messages.created_at || messages.first_ms end),
            {MOMENT + 1}
        ) as first_ms
    from conversations join cases on cases.conversation = conversations.id
        join messages indexed by messages_as_counted on messages.conversation = conversations.id
    where conversations.pack = :pack and conversations.created_at >= :since and conversations.created_at < :until
    group by conversations.created_at, conversations.id
)
select day, version,
    case
        when handed then 'handed_off'
        when helped = 'helped' then 'confirmed'
        when disliked or helped is not null then 'disliked'
        when last in ('user', 'assistantabstain') then 'unanswered'
        when not answered then 'other'
        when last_at > :quiet then 'open'
        else 'assumed'
    end as ending,
    cast(round(first_ms / {ROUND_MS}) as integer) * {ROUND_MS} as first_ms, count(*) as count
from told left join judged on judged.conversation = told.id
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
    """Reads the tables of conversations, messages, cases and feedback."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tallies(self, pack: str, since: str, until: str, quiet: str) -> Tallies:
        rows = self._database.rows(ENDED, pack=pack, since=since, until=until, quiet=quiet)
        return Tallies.of([Counted(**row) for row in rows])

    def missed(self, pack: str, since: str, limit: int) -> list[Missed]:
        return [Missed(**row) for row in self._database.rows(MISSED, pack=pack, since=since, limit=limit)]
