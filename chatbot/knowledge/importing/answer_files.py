"""Past answers read from a table (CSV in any usual form, TSV) or from JSON (an object a line, or an array of them).

Every row is taken or told. What would lose words in silence is refused with its line: a comma without quotation marks,
a text that is too long, a quotation mark without its double.
"""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from chatbot.errors import InputError
from chatbot.knowledge.importing.answer_columns import Columns, find_columns, names_twice
from chatbot.knowledge.importing.text_files import NotTextError, read_text_file
from chatbot.knowledge.pack_texts import LONGEST_TEXT

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
NEEDED = "one for the question (query, question, prompt …) and one for the answer (response, answer, completion …)"
ESSENTIAL = {"query": "a question", "response": "an answer"}
MOST_TOLD = 5


@dataclass(frozen=True)
class Answer:
    """A past answer, and the line it stands in."""

    query: str
    response: str
    intent: str
    source: str
    line: int


@dataclass
class AnswerFile:
    """What a file holds, and what somebody should know of the rest."""

    answers: list[Answer] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


Row = tuple[int, dict[str, str]]


def read_answer_file(path: Path) -> AnswerFile:
    """Read past answers; raises `InputError` that says what to do where rows cannot be told from their columns."""
    if not path.is_file():
        raise _refused(path, "is no file: name a table of past answers")
    try:
        file = read_text_file(path)
    except NotTextError as error:
        raise _refused(path, f"is not read ({error}): save it as CSV UTF-8") from None
    found = AnswerFile()
    if file.encoding == "Windows-1252":
        found.remarks.append(f"{path.name} is not UTF-8 and was read as Windows-1252: look at its accents")
    if not file.text.strip():
        raise _refused(path, "holds nothing")
    if file.text.lstrip().startswith(("{", "[")):
        rows, unused = _json_rows(path, file.text, found.remarks)
    else:
        limit = csv.field_size_limit(sys.maxsize)
        try:
            rows, unused = _table_rows(path, file.text)
        finally:
            csv.field_size_limit(limit)
    if unused:
        found.remarks.append(f"columns that were not used: {', '.join(unused)}")
    _take(path, rows, found)
    return found


def _refused(path: Path, why: str) -> InputError:
    return InputError(f"{str(path)!r} {why}; nothing was written")


def _take(path: Path, rows: Sequence[Row], found: AnswerFile) -> None:
    """Keep the rows that have a question and an answer; count the others."""
    faults, without = [], dict[str, list[int]]()
    for line, row in rows:
        if missing := [what for name, what in ESSENTIAL.items() if not row.get(name)]:
            without.setdefault(f"{' or '.join(missing)}", []).append(line)
            continue
        for name, text in row.items():
            if len(text) > LONGEST_TEXT:
                faults.append(f"line {line}: the {name} has {len(text):,} letters, {LONGEST_TEXT:,} are the most")
        found.answers.append(Answer(row["query"], row["response"], row.get("intent", ""), row.get("source", ""), line))
    _refuse_faults(path, faults)
    for what, lines in without.items():
        counted = f"{len(lines)} row{'s' if len(lines) > 1 else ''} without {what}"
        found.remarks.append(f"{counted} left out ({_listed(lines)})")
    if not found.answers:
        told = f": {'; '.join(found.remarks)}" if without else ", nothing below its first line"
        raise _refused(path, f"holds no row with a question and an answer{told}")


def _refuse_faults(path: Path, faults: Sequence[str]) -> None:
    if faults:
        more = f"; and {len(faults) - MOST_TOLD} more" if len(faults) > MOST_TOLD else ""
        raise _refused(path, f"cannot be taken: {'; '.join(faults[:MOST_TOLD])}{more}")


def _listed(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:MOST_TOLD]))
    return f"line{'s' if len(lines) > 1 else ''} {shown}{', …' if len(lines) > MOST_TOLD else ''}"


def _table_rows(path: Path, text: str) -> tuple[list[Row], list[str]]:
    """The rows of a table, separated by whatever makes its first line name a question and an answer."""
    headers = []
    for delimiter in DELIMITERS:
        records = _records(path, text, delimiter)
        try:
            _, header = next(records, (0, [""]))
        except InputError:  # quotation marks that only another delimiter makes sense of
            continue
        headers.append(header)
        if columns := find_columns(header):
            if twice := names_twice(header):
                raise _refused(path, f"has more than one column {', '.join(map(repr, twice))}: name each differently")
            width = max(at for at, name in enumerate(header) if name.strip()) + 1
            return _cells(path, records, columns, width, delimiter), columns.unused
    names = [name.strip()[:40] for name in max(headers, key=len, default=[""])][:20]
    raise _refused(path, f"needs columns named in its first line, {NEEDED}; found: {', '.join(map(repr, names))}")


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The records that hold anything, each with the line it begins in; Excel's line `sep=;` is none."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not (line == 1 and text[:4].lower() == "sep="):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _refused(
            path, f"line {line}: a quotation mark stands alone ({error}); within a quoted cell write it twice"
        ) from None


def _cells(
    path: Path, records: Iterator[tuple[int, list[str]]], columns: Columns, width: int, delimiter: str
) -> list[Row]:
    """The cells that are taken; raises `InputError` with the lines of rows that have more than the first line names."""
    rows, faults = [], []
    for line, cells in records:
        if any(cell.strip() for cell in cells[width:]):
            faults.append(f"line {line} has {len(cells)} cells and the first line {width}")
        rows.append((line, {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.taken.items()}))
    if faults:
        faults[-1] += f" (a cell that holds a {DELIMITERS[delimiter]} needs quotation marks round it)"
    _refuse_faults(path, faults)
    return rows


def _json_rows(path: Path, text: str, remarks: list[str]) -> tuple[list[Row], list[str]]:
    """The rows of JSON objects; a talk of one question and its answer is a row too."""
    rows: list[Row] = []
    unused: dict[str, None] = {}
    talks = []
    for line, value in _objects(path, text):
        if not isinstance(value, dict):
            raise _refused(path, f"line {line} is no JSON object, {{…}}")
        given = value
        if isinstance(messages := value.get("messages"), list):
            said = _exchange(messages)
            if said is None:
                talks.append(line)
                continue
            given = {**{key: its for key, its in value.items() if key != "messages"}, **said}
        columns = find_columns(list(given))
        if columns is None:
            raise _refused(path, f"line {line} needs fields, {NEEDED}; found: {', '.join(map(repr, given))}")
        values = list(given.values())
        rows.append((line, {name: _text(path, line, values[at]) for name, at in columns.taken.items()}))
        unused |= dict.fromkeys(columns.unused)
    if talks:
        what = "1 talk" if len(talks) == 1 else f"{len(talks)} talks"
        remarks.append(
            f"{what} of more than a question and its answer left out ({_listed(talks)}): see dialogues.jsonl"
        )
    return rows, list(unused)


def _objects(path: Path, text: str) -> Iterator[tuple[int, object]]:
    """The values of an array or of lines, each with its line."""
    decoder = json.JSONDecoder()
    at, line, array = 0, 1, text.lstrip().startswith("[")
    blank = " \t\n" + ("[,]" if array else "")
    try:
        if array:
            json.loads(text)
        while at < len(text):
            if text[at] in blank:
                line += text[at] == "\n"
                at += 1
                continue
            value, end = decoder.raw_decode(text, at)
            yield line, value
            line += text.count("\n", at, end)
            at = end
    except (json.JSONDecodeError, RecursionError) as error:
        place = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise _refused(path, f"is no valid JSON ({place})") from None


def _exchange(messages: Sequence[object]) -> dict[str, object] | None:
    """A question and its answer out of messages; None for any other talk."""
    said = [message for message in messages if isinstance(message, dict) and message.get("role") != "system"]
    if [message.get("role") for message in said] != ["user", "assistant"]:
        return None
    return {"query": said[0].get("content"), "response": said[1].get("content")}


def _text(path: Path, line: int, value: object) -> str:
    if value is None or isinstance(value, str | int | float):
        return "" if value is None else str(value).strip()
    raise _refused(path, f"line {line}: {json.dumps(value, ensure_ascii=False)[:60]} is no text")
