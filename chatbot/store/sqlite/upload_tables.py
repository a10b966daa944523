"""The tables of files that visitors send, which `migrations` makes."""

TABLES = (
    """
    create table uploads (
        id text primary key, person text not null references people(id) on delete cascade,
        conversation text references conversations(id) on delete cascade, name text not null, kind text not null,
        size integer not null, width integer not null, height integer not null, created_at text not null
    )
    """,
    "create index uploads_by_person on uploads(person, size)",
    "create index uploads_by_conversation on uploads(conversation)",
    "create index uploads_unsent on uploads(created_at) where conversation is null",
    """
    create table upload_contents (
        upload text primary key references uploads(id) on delete cascade, whole blob not null, small blob not null
    )
    """,
    """
    create table message_uploads (
        message text not null references messages(id) on delete cascade,
        upload text not null references uploads(id) on delete cascade, primary key (message, upload)
    ) without rowid
    """,
    "create index message_uploads_by_upload on message_uploads(upload)",
)
