"""Pages of cases: each query walks one index from where the page before ended, and reads no more than a page."""

import json
from dataclasses import replace
from itertools import islice

from chatbot.errors import InputError
from chatbot.records import CaseStatus
from chatbot.store.cases import LONGEST_PAGE, Case, CaseChoices, CaseFilter, CasePage
from chatbot.store.figures import quiet_since
from chatbot.store.sqlite.case_matching import Wanted
from chatbot.store.sqlite.case_search import CaseSearch
from chatbot.store.sqlite.case_words import BITS
from chatbot.store.sqlite.database import Database, Row, Value

COLUMNS = """
    cases.*, conversations.person, conversations.title, coalesce(holders.name, holders.role, '') as holder_name,
    (select json_group_array(label) from case_labels where case_labels.number = cases.number) as labels
"""
JOINED = """
    join conversations on conversations.id = cases.conversation left join people as holders on holders.id = cases.holder
"""
COPIED = (
    *("conversation", "person", "title", "status", "reason", "holder", "holder_name", "waiting_since", "last_at"),
    *("version", "topic", "unread", "contact"),
)
ENDING = """
case when cases.ending != 'answered' then cases.ending when cases.last_at > :quiet then 'open' else 'assumed' end
"""
FEW = 2000
"""Cases whose texts are read as fast as the index tells where a frequent word stands."""
Parameters = dict[str, Value]


class CasePages:
    """Reads cases."""

    def __init__(self, database: Database, search: CaseSearch) -> None:
        self._database = database
        self._search = search

    def get(self, conversation_id: str) -> Case | None:
        """The case of a conversation."""
        row = self._database.row(
            f"select {COLUMNS} from cases {JOINED} where cases.conversation = :id", id=conversation_id
        )
        return case_of(row) if row else None

    def page(self, wanted: CaseFilter) -> CasePage:
        """Some of the cases that a filter lets through."""
        conditions, parameters = _conditions(wanted)
        counts = self._counts(*_conditions(replace(wanted, holder=None)))
        if wanted.status:
            conditions, parameters = [*conditions, "cases.status = :status"], parameters | {"status": wanted.status}
        limit = max(1, min(wanted.limit, LONGEST_PAGE))
        if wanted.text.strip():
            few = (
                self._search.indexed
                and (counts.get(wanted.status, 0) if wanted.status else sum(counts.values())) <= FEW
            )
            search = self._found_among_few if few else self._found
            rows = search(wanted, conditions, parameters, limit + 1)
        else:
            rows = self._listed(wanted, conditions, parameters, limit + 1)
        items = [case_of(row) for row in rows[:limit]]
        return CasePage(items, _cursor(wanted, rows[limit - 1]) if len(rows) > limit else "", counts)

    def choices(self) -> CaseChoices:
        """What can be filtered by."""
        versions, topics = (
            [str(row["value"]) for row in self._database.rows(_distinct(column))] for column in ("version", "topic")
        )
        labels = self._database.rows("select distinct label from case_labels order by label")
        return CaseChoices([row["label"] for row in labels], versions, topics)

    def _listed(self, wanted: CaseFilter, conditions: list[str], parameters: Parameters, limit: int) -> list[Row]:
        column, direction, after = ("place", "", ">") if wanted.order == "urgent" else ("last_at", "desc", "<")
        if wanted.cursor:
            key, number = _key(wanted.cursor)
            conditions = [*conditions, f"(cases.{column}, cases.number) {after} (:key, :number)"]
            parameters = parameters | {"key": int(key) if column == "place" else key, "number": number}
        order = f"order by cases.{column} {direction}, cases.number {direction}"
        return self._database.rows(
            f"select {COLUMNS} from (select number from cases {_where(conditions)} {order} limit :limit) as chosen "
            f"join cases on cases.number = chosen.number {JOINED} {order}",
            **parameters,
            limit=limit,
        )

    def _found(self, wanted: CaseFilter, conditions: list[str], parameters: Parameters, limit: int) -> list[Row]:
        condition, words = self._search.condition(wanted.text)
        conditions, parameters = [*conditions, condition], parameters | words
        before = _key(wanted.cursor)[1] if wanted.cursor else 1 << (62 - BITS)
        if not self._search.indexed:
            return self._database.rows(
                f"select {COLUMNS} from cases {JOINED} {_where([*conditions, 'cases.number < :before'])} "
                "order by cases.number desc limit :limit",
                **parameters,
                before=before,
                limit=limit,
            )
        bound = "case_words.rowid < :before"
        rows = self._database.each(
            f"select {COLUMNS} from case_words cross join cases on cases.number = case_words.rowid >> {BITS} {JOINED} "
            f"{_where([*conditions, bound])} order by case_words.rowid desc",
            **parameters,
            before=before << BITS,
        )
        seen: set[int] = set()
        different = (row for row in rows if row["number"] not in seen and not seen.add(row["number"]))  # type: ignore[func-returns-value]
        return list(islice(different, limit))

    def _found_among_few(
        self, wanted: CaseFilter, conditions: list[str], parameters: Parameters, limit: int
    ) -> list[Row]:
        """Where few cases are left to search in, their texts are read: a word may stand in all the others as well."""
        before = _key(wanted.cursor)[1] if wanted.cursor else 1 << (62 - BITS)
        rows = self._database.each(
            f"select cases.number, words from cases cross join case_words on case_words.rowid between "
            f"cases.number << {BITS} and ((cases.number + 1) << {BITS}) - 1 "
            f"{_where([*conditions, 'cases.number < :before'])} order by cases.number desc",
            **parameters,
            before=before,
        )
        words = Wanted(wanted.text)
        found = dict.fromkeys(row["number"] for row in rows if words.stand_in(row["words"]))
        return self._database.rows(
            f"select {COLUMNS} from cases {JOINED} where cases.number in (select value from json_each(:found)) "
            "order by cases.number desc limit :limit",
            found=json.dumps(list(islice(found, limit))),
            limit=limit,
        )

    def _counts(self, conditions: list[str], parameters: Parameters) -> dict[CaseStatus, int]:
        rows = self._database.rows(
            f"select status, count(*) as n from cases {_where(conditions)} group by status", **parameters
        )
        return {row["status"]: row["n"] for row in rows}


def case_of(row: Row) -> Case:
    """A case from its row, joined with its conversation and holder."""
    return Case(**{name: row[name] for name in COPIED}, labels=tuple(sorted(json.loads(row["labels"]))))


def _conditions(wanted: CaseFilter) -> tuple[list[str], Parameters]:
    """What holds for the wanted cases, but for their status, their text and the page."""
    given: Parameters = {name: getattr(wanted, name) for name in ("holder", "reason", "version", "topic")}
    given = {name: value for name, value in given.items() if value is not None}
    conditions = [f"cases.{name} = :{name}" for name in given]
    if wanted.label:
        conditions.append("cases.number in (select number from case_labels where label = :label)")
        given["label"] = wanted.label
    if wanted.since:
        conditions.append("cases.last_at >= :since")
        given["since"] = wanted.since
    if wanted.until:
        conditions.append("cases.last_at < :until")
        given["until"] = wanted.until
    if wanted.begun:
        conditions.append("cases.day >= :begun")
        given["begun"] = wanted.begun
    if wanted.ending:
        conditions.append(f"{ENDING} = :ending")
        given |= {"ending": wanted.ending, "quiet": quiet_since()}
    return conditions, given


def _where(conditions: list[str]) -> str:
    return f"where {' and '.join(conditions)}" if conditions else ""


def _cursor(wanted: CaseFilter, last: Row) -> str:
    column = "place" if wanted.order == "urgent" else "last_at"
    return f"{last[column]}~{last['number']}"


def _key(cursor: str) -> tuple[str, int]:
    key, _, number = cursor.partition("~")
    if not key or not number.isdecimal() or len(number) > 18:
        raise InputError(f"cursor {cursor[:80]!r} is none of ours: take `next` of the page before")
    return key, int(number)


def _distinct(column: str) -> str:
    """All values of an indexed column, each found by one step from the one before."""
    return f"""
        with recursive known(value) as (
            select min({column}) from cases where {column} > ''
            union all
            select (select min({column}) from cases where {column} > known.value) from known where value is not null
        )
        select value from known where value is not null
    """
