"""Past answers in any usual form: rows are taken or told, and what would lose words is refused with its line."""

from pathlib import Path

import pytest

from chatbot.errors import InputError
from chatbot.knowledge.importing.answer_files import AnswerFile, read_answer_file

TABLE = "query,response\nWäsche?,Nein – 5 €.\n"


def read(folder: Path, content: str | bytes, name: str = "answers.csv") -> AnswerFile:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_answer_file(folder / name)


@pytest.mark.parametrize(
    "content",
    [
        "query,response\na b,c; d\n",
        '\ufeffQuery;Response\r\na b;"c; d"\r\n',
        "Question\tAnswer\na b\tc; d\n",
        "prompt|completion\na b|c; d\n",
        'sep=;\nCustomer Message;AgentReply\na b;"c; d"\n',
        '"query";"response"\n"a b";"c; d"\n',
        "\n query , response ,,\n\na b, c; d,,\n\n,,\n",
        "user,assistant\na b,c; d\n",
        '{"question": "a b", "answer": "c; d"}\n\n',
        '[\n {"Prompt": "a b", "Completion": "c; d", "Intent": null}\n]',
        '{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "a b"}, '
        '{"role": "assistant", "content": "c; d"}]}',
    ],
)
def test_tables_and_json_are_read_whatever_their_shape(tmp_path: Path, content: str) -> None:
    found = read(tmp_path, content)
    assert [(answer.query, answer.response) for answer in found.answers] == [("a b", "c; d")] and not found.remarks


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, TABLE.encode(encoding))
    assert [answer.response for answer in found.answers] == ["Nein – 5 €."]
    assert any("Windows-1252" in remark for remark in found.remarks) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("query,response\na,b\nc,5, or more\n", r"line 3 has 3 cells and the first line 2 .*comma"),
        ("query;response\na;b; c\n", r"line 2 has 3 cells .*semicolon"),
        ("query,response,\na,b,c\n", "line 2 has 3 cells"),
        (f"query,response\na,{'x' * 9000}\n", r"line 2: the response has 9,000 letters"),
        (f"query,response\n{'x' * 200_000},b\n", r"line 2: the query has 200,000 letters"),
        ("query,response,Query\na,b,c\n", r"more than one column 'query'"),
        ("heading,text of it\na,b\n", r"found: 'heading', 'text of it'"),
        ("query,response\n", "nothing below its first line"),
        ("query,response\na,\n,b\n", r"no row .*1 row without an answer left out \(line 2\)"),
        ('query,response\n"a "b" c",d\n', "line 2: a quotation mark stands alone"),
        ('query,response\na,b\n"c,d\ne,f\n', "line 3: a quotation mark stands alone"),
        ("", "holds nothing"),
        (b"PK\x03\x04\x00", "Excel.*save it as CSV UTF-8"),
        ("query,response\nГде?,Тут, в пути\n".encode("cp1251"), "neither UTF-8 nor Windows-1252"),
        (b"query,response\n\xc3\xa4,\xe4\n", r"neither UTF-8 nor Windows-1252 \(byte 18\)"),
        ('{"query": "a", "response": "b"}\n{"query": "a"\n', "no valid JSON .line 3"),
        ('{"query": "a", "response": ["b"]}\n', r'line 1: \["b"\] is no text'),
        ('{"a": 1}\n', "line 1 needs fields.*found: 'a'"),
        ("[1]", "line 1 is no JSON object"),
    ],
)
def test_what_would_lose_words_is_refused_and_says_where(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        read(tmp_path, content)
    assert "nothing was written" in str(raised.value) and "answers.csv" in str(raised.value)


def test_rows_and_columns_that_are_not_taken_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, 'query,date,response\n"a\nb",1,c\nd\n,2,e\nf,,g\n')
    assert [(answer.query, answer.line) for answer in found.answers] == [("a\nb", 2), ("f", 6)]
    assert found.remarks == [
        "columns that were not used: date",
        "1 row without an answer left out (line 4)",
        "1 row without a question left out (line 5)",
    ]


def test_a_talk_of_several_turns_is_told(tmp_path: Path) -> None:
    turns = [{"role": role, "content": "x"} for role in ("user", "assistant", "user", "assistant")]
    lines = [{"messages": turns}, {"messages": turns[:2]}]
    found = read(tmp_path, "\n".join(str(line).replace("'", '"') for line in lines), "answers.jsonl")
    assert len(found.answers) == 1 and "1 talk" in found.remarks[0] and "line 1" in found.remarks[0]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no file"):
        read_answer_file(tmp_path)
