"""The tables of gaps that were set aside, and of the questions that stand for them."""

TABLES = (
    """
    create table gaps_aside (
        id text primary key, pack text not null, person text not null references people(id), at text not null
    )
    """,
    """
    create table gap_questions (
        message text not null references messages(id) on delete cascade,
        gap text not null references gaps_aside(id) on delete cascade, primary key (message, gap)
    ) without rowid
    """,
    "create index gap_questions_by_gap on gap_questions(gap)",
)
