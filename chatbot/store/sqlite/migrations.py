"""The tables, as an append-only list of migrations: a released one is never edited."""

import json

from sqlite_utils import Database, Migrations

from chatbot.records import CaseReason, CaseStatus, Trace
from chatbot.store.events import Event
from chatbot.store.sqlite.case_places import REASONS, insert_case, topic_of
from chatbot.store.sqlite.case_words import add_words, make_index
from chatbot.store.sqlite.event_log import append

migrations = Migrations("chatbot")


@migrations()
def m001_people_and_talk(db: Database) -> None:
    """People, their conversations, and the tree of messages."""
    db.executescript(
        """
        create table people (
            id text primary key, role text not null, name text unique, password_hash text,
            consent integer not null default 0, created_at text not null, deleted_at text
        );
        create table conversations (
            id text primary key, person text not null references people(id), pack text not null, title text not null,
            head text, status text not null default 'bot', created_at text not null, updated_at text not null
        );
        create index conversations_by_person on conversations(person, updated_at);
        create table messages (
            id text primary key, conversation text not null references conversations(id) on delete cascade,
            parent text references messages(id) on delete cascade, role text not null, content text not null,
            status text not null, created_at text not null, version text, trace text, reviewed_at text
        );
        create index messages_by_conversation on messages(conversation, created_at);
        create table feedback (
            id text primary key, message text not null references messages(id) on delete cascade,
            person text not null references people(id), kind text not null, value text, reasons text not null,
            comment text, stars text not null, correction text, created_at text not null,
            unique (message, person, kind)
        );
        create table answers (
            id text primary key, query text not null, response text not null,
            message text references messages(id) on delete set null, person text not null references people(id),
            active integer not null default 1, created_at text not null
        );
        create table events (
            id text primary key, at text not null, actor text not null, kind text not null, subject text not null,
            detail text not null
        );
        create index events_by_subject on events(subject, at);
        """
    )


@migrations()
def m002_versions(db: Database) -> None:
    """Snapshots, runs, versions and the aliases that point at them."""
    db.executescript(
        """
        create table snapshots (
            number integer primary key, path text not null, pack text not null, counts text not null,
            actor text not null, created_at text not null
        );
        create table runs (
            id text primary key, snapshot integer references snapshots(number), status text not null,
            actor text not null, started_at text not null, finished_at text, progress text not null,
            version text, error text
        );
        create table versions (
            number integer primary key, name text not null unique, path text not null, base text not null,
            run text references runs(id), snapshot integer references snapshots(number), created_at text not null,
            measures text not null, gate text not null
        );
        create table aliases (alias text primary key, version text not null, previous text, updated_at text not null);
        """
    )


@migrations()
def m003_whose_words_an_answer_holds(db: Database) -> None:
    """Whether an approved answer came from a conversation, which may be deleted later."""
    db.executescript(
        """
        alter table answers add column from_conversation integer not null default 0;
        update answers set from_conversation = 1 where message is not null;
        """
    )


@migrations()
def m004_api_keys(db: Database) -> None:
    """Keys for `/v1`; only their digests are kept."""
    db.executescript(
        """
        create table api_keys (
            id text primary key, name text not null unique, digest text not null unique, role text not null,
            person text not null references people(id), created_at text not null, revoked_at text
        );
        """
    )


@migrations()
def m005_deleted_for_good(db: Database) -> None:
    """The journal of deletions. Words of visitors leave the events and the runs, where no deletion would find them."""
    db.executescript(
        """
        create table erasures (
            id text primary key, at text not null, actor text not null, traces text not null, settled_at text
        );
        update events set detail = json_remove(detail, '$.comment', '$.correction');
        update runs set progress = json_remove(progress, '$.example');
        delete from answers where active = 0 and from_conversation = 1 and message is null;
        """
    )


@migrations()
def m006_sign_ins(db: Database) -> None:
    """Where staff are signed in, accounts that are disabled or come from an OpenID provider."""
    db.executescript(
        """
        alter table people add column disabled_at text;
        alter table people add column issuer text;
        alter table people add column subject text;
        alter table people add column generation integer not null default 0;
        create unique index people_by_subject on people(issuer, subject) where deleted_at is null;
        create table sign_ins (
            id text primary key, digest text not null unique, person text not null references people(id),
            begun_at text not null, seen_at text not null, ended_at text, address text not null, browser text not null,
            waiting integer not null default 0, misses integer not null default 0
        );
        create index sign_ins_by_person on sign_ins(person, begun_at);
        """
    )


@migrations()
def m007_second_factors(db: Database) -> None:
    """Secrets of apps that make codes, and digests of recovery codes."""
    db.executescript(
        """
        create table second_factors (
            person text primary key references people(id), secret text not null, on_at text, last_step integer not null
        );
        create table recovery_codes (
            person text not null references people(id), digest text not null, used_at text, primary key (person, digest)
        );
        """
    )


@migrations()
def m008_chained_events(db: Database) -> None:
    """Events become the audit log: numbered, chained by hashes, with addresses and without what visitors wrote."""
    rows = db.conn.execute("select at, actor, kind, subject, detail from events order by rowid").fetchall()
    for statement in (
        "drop table events",
        """
        create table events (
            number integer primary key autoincrement, at text not null, actor text not null, kind text not null,
            subject text not null, detail text not null, address text not null, previous text not null,
            hash text not null
        )
        """,
        "create index events_by_subject on events(subject, number)",
        """
        create trigger events_are_never_changed before update on events
        begin select raise(abort, 'an entry of the audit log is never changed'); end
        """,
        """
        create trigger events_are_never_removed before delete on events
        begin select raise(abort, 'an entry of the audit log is never removed'); end
        """,
        """
        create trigger events_follow_one_another before insert on events
        when new.number is not (select coalesce(max(number), 0) + 1 from events)
            or new.previous is not coalesce((select hash from events order by number desc limit 1), new.previous)
        begin select raise(abort, 'an entry of the audit log follows the last one'); end
        """,
    ):
        db.conn.execute(statement)
    for at, actor, kind, subject, detail in rows:
        kept = {name: value for name, value in json.loads(detail).items() if name not in ("comment", "correction")}
        append(db, Event(at, actor, kind, subject, kept))


CASE_TABLES = (
    "alter table messages add column author text references people(id)",
    """
    create table cases (
        number integer primary key autoincrement,
        conversation text not null unique references conversations(id) on delete cascade,
        status text not null, reason text not null, holder text references people(id), waiting_since text,
        last_at text not null, version text not null default '', topic text not null default '',
        unread integer not null default 0, contact text not null default '', place integer not null
    )
    """,
    "create index cases_by_place on cases(place, number)",
    "create index cases_by_status on cases(status, place, number)",
    "create index cases_by_reason on cases(reason, place, number, status)",
    "create index cases_by_holder on cases(holder, place, number, status)",
    "create index cases_by_version on cases(version, place, number, status)",
    "create index cases_by_topic on cases(topic, place, number, status)",
    "create index cases_by_time on cases(last_at, number, status)",
    """
    create table case_labels (
        label text not null, number integer not null references cases(number) on delete cascade,
        primary key (label, number)
    ) without rowid
    """,
    "create index case_labels_by_case on case_labels(number)",
    """
    create table case_notes (
        id text primary key, number integer not null references cases(number) on delete cascade,
        person text not null references people(id), text text not null, mentions text not null,
        created_at text not null
    )
    """,
    "create index case_notes_by_case on case_notes(number, created_at)",
    """
    create table canned_replies (
        name text primary key, text text not null, person text not null references people(id),
        updated_at text not null
    )
    """,
    "create table webhooks (url text primary key, since text not null)",
    """
    create table deliveries (
        id text primary key, url text not null references webhooks(url) on delete cascade,
        conversation text not null references conversations(id) on delete cascade,
        kind text not null, message text, at text not null, tries integer not null default 0, next_at text not null
    )
    """,
    "create index deliveries_by_time on deliveries(next_at)",
    "create index deliveries_by_conversation on deliveries(conversation)",
)


@migrations()
def m009_cases(db: Database) -> None:
    """What the staff see of conversations, who holds them, what is told of them, and an index of the words."""
    for statement in CASE_TABLES:
        db.conn.execute(statement)
    indexed = make_index(db)
    conversations = db.conn.execute(
        "select id, status, updated_at from conversations where exists "
        "(select 1 from messages where messages.conversation = conversations.id) order by created_at"
    ).fetchall()
    for conversation, status, updated_at in conversations:
        _add_case(db, conversation, "waiting" if status == "handed_off" else None, updated_at, indexed)
    db.conn.execute("alter table conversations drop column status")
    db.conn.execute("alter table messages drop column reviewed_at")


def _add_case(db: Database, conversation: str, status: CaseStatus | None, updated_at: str, indexed: bool) -> None:
    said = db.conn.execute(
        "select content, role, version, trace, reviewed_at, exists (select 1 from feedback "
        "where feedback.message = messages.id and value = 'dislike') "
        "from messages where conversation = ? order by created_at",
        [conversation],
    ).fetchall()
    replies = [row for row in said if row[1] == "assistant" and row[2] is not None]
    trace = Trace(**json.loads(replies[-1][3])) if replies and replies[-1][3] else Trace()
    reasons: set[CaseReason] = {"new"}
    for _, _, _, stored, _, disliked in replies:
        told = json.loads(stored or "{}")
        reasons |= {"handed off"} if told.get("handoff") else set()
        reasons |= {"disliked"} if disliked else set()
        reasons |= {"uncertain"} if told.get("uncertain") else set()
    reviewed = all(row[4] for row in replies)
    columns = {"version": trace.version, "topic": topic_of(trace)}
    reason = min(reasons, key=REASONS.index)
    number = insert_case(db, conversation, status or ("done" if reviewed else "open"), reason, updated_at, **columns)
    for row in said if indexed else []:
        if row[0]:
            add_words(db, number, row[0])


@migrations()
def m010_titles(db: Database) -> None:
    """What a conversation's title was made from, so that a person's own stays."""
    db.executescript("alter table conversations add column titled text not null default 'message'")
