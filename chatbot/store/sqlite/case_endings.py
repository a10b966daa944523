"""What a conversation came to, kept in its case, so that counting many reads one index and no message.

Time alone tells whether one that was answered still goes on: `answered` stands for both.
"""

from sqlite_utils import Database

MOMENT = 32
"""Characters of a time as it is stored; what is put behind it is found again as the latest by `max`."""
ROUND_MS = 100
COLUMNS = ("pack text", "day text", "ending text", "first_ms integer")
INDEX = "create index cases_as_counted on cases(pack, day, version, ending, first_ms)"

COUNT = f"""
update cases set (pack, day, first_ms, ending) = (
    select conversations.pack, substr(conversations.created_at, 1, 10),
        cast(round(told.first_ms / {ROUND_MS}) as integer) * {ROUND_MS},
        case
            when cases.reason = 'handed off' or cases.status in ('waiting', 'held') or told.handed then 'handed_off'
            when judged.helped = 'helped' then 'confirmed'
            when judged.disliked or judged.helped is not null then 'disliked'
            when told.last in ('user', 'assistantabstain') then 'unanswered'
            when told.answered then 'answered'
            else 'other'
        end
    from conversations, (
        select max(coalesce(handed, 0)) or max(role = 'agent') as handed,
            max(coalesce(act = 'answer', 0)) as answered,
            substr(max(created_at || role || coalesce(act, '')), {MOMENT + 1}) as last,
            substr(min(case when first_ms is not null then created_at || first_ms end), {MOMENT + 1}) as first_ms
        from messages indexed by messages_as_counted where conversation = cases.conversation
    ) as told, (
        select max(feedback.kind = 'rating' and feedback.value = 'dislike' and people.role = 'visitor') as disliked,
            substr(max(case when feedback.kind = 'helped' then feedback.created_at || feedback.value end), {MOMENT + 1})
                as helped
        from messages cross join feedback on feedback.message = messages.id
            cross join people on people.id = feedback.person
        where messages.conversation = cases.conversation
    ) as judged
    where conversations.id = cases.conversation
)
"""


def count_ending(db: Database, conversation_id: str) -> None:
    """Tell anew what a conversation came to, after something was said, rated or done in it."""
    db.conn.execute(f"{COUNT} where conversation = ?", [conversation_id])


def count_endings(db: Database) -> None:
    """The same of all conversations."""
    db.conn.execute(COUNT)
