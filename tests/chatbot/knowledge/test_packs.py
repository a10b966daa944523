"""Packs: the ones that come along are sound, and a broken one is told all its faults at once."""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chatbot.errors import PackError
from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.knowledge.packs import SUITES, Pack, load_pack
from chatbot.pack_folders import DATA

STARTER_PACKS = sorted(path.parent.name for path in DATA.glob("*/pack.toml"))
NEAR = 0.7


def faults(folder: Path) -> list[str]:
    with pytest.raises(PackError) as raised:
        load_pack(folder)
    first, *rest = str(raised.value).splitlines()
    count = re.search(r"has (\d+) faults?:$", first)
    assert count
    assert int(count[1]) == len(rest)
    assert str(folder) in first
    return [line.strip() for line in rest]


def edit(path: Path, change: Callable[[list[Any]], Any]) -> None:
    """Change the rows of a JSON-lines file in place."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    change(rows)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def near(ones: Sequence[set[str]], others: Sequence[set[str]]) -> NDArray[np.bool_]:
    """Which of some sets of words share most of them with which of others."""
    known = {word: place for place, word in enumerate(set().union(*ones, *others))}
    held, sought = (np.zeros((len(sets), len(known)), np.float32) for sets in (ones, others))
    for marks, sets in ((held, ones), (sought, others)):
        for row, said in enumerate(sets):
            marks[row, [known[word] for word in said]] = 1
    shared = (held @ sought.T).astype(float)
    together = held.sum(1, dtype=float)[:, None] + sought.sum(1, dtype=float) - shared
    matches: NDArray[np.bool_] = shared >= NEAR * together
    return matches


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def test_a_valid_pack_is_read_whole(pack_folder: Path) -> None:
    pack = load_pack(pack_folder)
    assert (pack.name, pack.persona.contact.email) == ("lamps", "help@lamps.example")
    assert (len(pack.pairs), len(pack.dialogues), set(pack.suites)) == (24, 1, set(SUITES))
    first = pack.pieces[0]
    assert (first.article, first.title, first.section) == ("delivery", "Delivery", "Cost")
    assert (first.text, first.line) == ("Delivery within the UK costs £4.95.", 5)


def test_every_fault_is_told_at_once_with_its_file_and_line(pack_folder: Path) -> None:
    edit(pack_folder / "pairs.jsonl", lambda rows: rows[1].update(respnse="x"))
    edit(pack_folder / "pairs.jsonl", lambda rows: rows[2].pop("intent"))
    edit(pack_folder / "pairs.jsonl", lambda rows: rows[3].update(response="  "))
    lines = (pack_folder / "pairs.jsonl").read_text().splitlines()
    (pack_folder / "pairs.jsonl").write_text("\n".join([lines[0], *lines[1:4], "{'query': 1}", "[1]", *lines[6:]]))
    edit(pack_folder / "dialogues.jsonl", lambda rows: rows[0]["messages"].pop(1))
    edit(pack_folder / "suites" / "facts.jsonl", lambda rows: rows[3].update(expect="maybe"))
    (pack_folder / "suites" / "safety.jsonl").unlink()
    (pack_folder / "suites" / "fairness.jsonl").write_text("\n")
    (pack_folder / "suites" / "extra.jsonl").write_text("")
    (pack_folder / "articles" / "notes.txt").write_text("")
    (pack_folder / "articles" / "returns.md").write_bytes(b"# Returns\n\ncosts \xa33.50\n")
    (pack_folder / "articles" / "delivery.md").write_text("Delivery costs money.\n")
    (pack_folder / "articles" / "empty.md").write_text("# Empty\n")
    (pack_folder / "notes.txt").write_text("")
    (pack_folder / "DATASHEET.md").unlink()
    persona = (pack_folder / "pack.toml").read_text().replace('name = "lamps"', 'name = "The Lamps"\ngreting = "x"')
    (pack_folder / "pack.toml").write_text(persona)
    told = faults(pack_folder)
    expected = [
        "pack.toml: name: ",
        "pack.toml: greting: Extra inputs are not permitted",
        "pairs.jsonl:2: respnse: Extra inputs are not permitted",
        "pairs.jsonl:3: intent: Field required",
        "pairs.jsonl:4: response: String should have at least 1 character",
        "pairs.jsonl:5: not valid JSON: ",
        "pairs.jsonl:6: Input should be a valid dictionary",
        "dialogues.jsonl:1: messages must alternate from user to assistant",
        "articles/returns.md: not UTF-8 (byte 17)",
        "articles/delivery.md:1: must begin with a title, '# …'",
        "articles/empty.md: the article holds no text",
        "articles/notes.txt: not part of a pack; take it out",
        "suites/facts.jsonl:4: expect: ",
        "suites/safety.jsonl: missing",
        "suites/fairness.jsonl: holds no row",
        "suites/extra.jsonl: not part of a pack; take it out",
        "notes.txt: not part of a pack; take it out",
        "DATASHEET.md: missing; say what is in the pack",
    ]
    missing = [fault for fault in expected if not any(line.startswith(fault) for line in told)]
    assert not missing, told
    assert len(told) == len(expected), told


def test_a_case_id_that_stands_twice_names_both_suites(pack_folder: Path) -> None:
    edit(pack_folder / "suites" / "facts.jsonl", lambda rows: rows[0].update(id="same"))
    edit(pack_folder / "suites" / "must_pass.jsonl", lambda rows: rows[2].update(id="same"))
    assert faults(pack_folder) == ["suites/facts.jsonl, suites/must_pass.jsonl: case id 'same' stands twice"]


def test_a_case_must_end_with_the_user(pack_folder: Path) -> None:
    answer = {"role": "assistant", "content": "Yes."}
    edit(pack_folder / "suites" / "multi_turn.jsonl", lambda rows: rows[0]["messages"].append(answer))
    assert faults(pack_folder) == ["suites/multi_turn.jsonl:1: messages must alternate from user to user"]


def test_a_dialogue_has_one_lookup_for_every_later_question_or_none(pack_folder: Path) -> None:
    path = pack_folder / "dialogues.jsonl"
    later = len(json.loads(path.read_text())["messages"]) // 2 - 1
    edit(path, lambda rows: rows[0].update(lookups=[""] * later))
    assert load_pack(pack_folder).dialogues[0].lookups == [""] * later
    edit(path, lambda rows: rows[0].update(lookups=[""] * (later + 1)))
    needed = f"one is needed for every user turn after the first, so {later}"
    assert faults(pack_folder) == [f"dialogues.jsonl:1: lookups: {later + 1} given; {needed}"]
    edit(path, lambda rows: rows[0].update(lookups=[]))
    assert load_pack(pack_folder).dialogues[0].lookups == []


def test_broken_toml_names_its_line(pack_folder: Path) -> None:
    (pack_folder / "pack.toml").write_text('name = "lamps"\ntitle = Lamps\n')
    (fault,) = faults(pack_folder)
    assert fault.startswith("pack.toml: not valid TOML: ")
    assert "line 2" in fault


def test_a_pack_in_another_encoding_names_the_byte(pack_folder: Path) -> None:
    (pack_folder / "pairs.jsonl").write_bytes('{"query": "£"}\n'.encode("latin-1"))
    (pack_folder / "pack.toml").write_bytes(b'name = "\xff"')
    assert faults(pack_folder) == [
        "pack.toml: not UTF-8 (byte 8): save it as UTF-8",
        "pairs.jsonl: not UTF-8 (byte 11): save it as UTF-8",
    ]


def test_a_byte_order_mark_is_read_over_in_every_file(pack_folder: Path) -> None:
    before = load_pack(pack_folder)
    for path in [path for path in pack_folder.rglob("*") if path.is_file()]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_pack(pack_folder) == before


@pytest.mark.parametrize("title", ["#  Sizes", "<h1>Sizes</h1>", "---\ntitle: Sizes\n---"])
def test_an_article_may_state_its_title_in_any_way(pack_folder: Path, title: str) -> None:
    (pack_folder / "articles" / "sizes.md").write_text(f"{title}\n\nShirts come in M.\n", encoding="utf-8")
    (piece,) = [piece for piece in load_pack(pack_folder).pieces if piece.article == "sizes"]
    assert (piece.title, piece.text) == ("Sizes", "Shirts come in M.")


def test_a_row_may_hold_any_unicode_line_separator(pack_folder: Path) -> None:
    row = {"query": "one\u2028two\u0085three", "response": "r", "intent": "i", "source": "s"}
    with (pack_folder / "pairs.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(row, ensure_ascii=False) + "\r\n")
    assert load_pack(pack_folder).pairs[-1].query == row["query"]


def test_a_folder_that_is_not_there_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"nowhere' is not a folder: set `pack` to a name under data/"):
        load_pack(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("It costs £4.95. Delivery is free.", ["It costs £4.95.", "Delivery is free."]),
        ("From 9 am to 5 p.m. Monday to Friday.", ["From 9 am to 5 p.m. Monday to Friday."]),
        ("Send it abroad, e.g. Austria or Spain.", ["Send it abroad, e.g. Austria or Spain."]),
        ("It costs approx. £5 a metre. Ask us!", ["It costs approx. £5 a metre.", "Ask us!"]),
        ("Ask Dr. Patel or Mrs. Jones. They know.", ["Ask Dr. Patel or Mrs. Jones.", "They know."]),
        ("Version 2.5 is out. £3 off!", ["Version 2.5 is out.", "£3 off!"]),
        ("Really? Yes! “Good.” Fine.", ["Really?", "Yes!", "“Good.” Fine."]),
        ("", []),
    ],
)
def test_paragraphs_are_cut_at_the_end_of_sentences(text: str, split: list[str]) -> None:
    assert split_sentences(text) == split


@pytest.fixture(scope="module", params=STARTER_PACKS)
def starter(request: pytest.FixtureRequest) -> Pack:
    return load_pack(DATA / request.param)


def article_text(pack: Pack) -> str:
    return " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in pack.folder.glob("articles/*.md"))


def test_a_starter_pack_loads_under_its_folders_name(starter: Pack) -> None:
    assert starter.name == starter.folder.name
    assert starter.persona.handoff.phrases


def test_whatever_a_case_must_include_stands_in_an_article(starter: Pack) -> None:
    text = article_text(starter).casefold()
    cases = [case for suite in starter.suites.values() for case in suite]
    missing = {
        case.id: needed
        for case in cases
        for needed in case.must_include
        if not any(one.casefold() in text for one in needed.split(" | "))
    }
    assert missing == {}


def test_every_source_of_a_pair_is_an_article_or_the_persona(starter: Pack) -> None:
    articles = {path.stem for path in starter.folder.glob("articles/*.md")}
    assert {pair.source for pair in starter.pairs} - articles <= {"persona"}


def test_no_held_out_question_is_near_a_training_query(starter: Pack) -> None:
    trained = [words(pair.query) for pair in starter.pairs]
    trained += [words(t.content) for row in starter.dialogues for t in row.messages if t.role == "user"]
    cases = [case for suite in starter.suites.values() for case in suite]
    leaked = np.flatnonzero(near([words(case.messages[-1].content) for case in cases], trained).any(axis=1))
    assert [cases[place].id for place in leaked] == []


def test_few_training_queries_are_near_each_other(starter: Pack) -> None:
    queries = [words(pair.query) for pair in starter.pairs]
    twins = np.triu(near(queries, queries), 1).any(0)
    assert twins.sum() < 0.02 * len(queries)


def test_replies_of_a_starter_pack_are_neither_curt_nor_long(starter: Pack) -> None:
    lengths = [len(pair.response.split()) for pair in starter.pairs]
    assert min(lengths) >= 4
    assert max(lengths) <= 70
    assert 12 <= sum(lengths) / len(lengths) <= 30


LARKSPUR = {"facts": 90, "multi_turn": 25, "out_of_scope": 30, "safety": 30, "must_pass": 20, "fairness": 30}


def test_the_default_pack_has_the_size_that_it_promises() -> None:
    pack = load_pack(DATA / "larkspur")
    intents = Counter(pair.intent for pair in pack.pairs)
    assert len(intents) >= 30
    assert min(intents.values()) >= 12
    assert len(pack.pairs) >= 450
    assert len({piece.article for piece in pack.pieces}) >= 20
    assert len(pack.dialogues) >= 60
    assert {len(dialogue.messages) // 2 for dialogue in pack.dialogues} <= set(range(3, 9))
    assert all(len(pack.suites[name]) >= least for name, least in LARKSPUR.items())


def test_the_clinic_has_the_size_that_it_promises() -> None:
    pack = load_pack(DATA / "clinic")
    assert len({pair.intent for pair in pack.pairs}) >= 12
    assert len(pack.pairs) >= 150
    assert len({piece.article for piece in pack.pieces}) >= 10
    assert len(pack.dialogues) >= 20
    assert sum(len(cases) for cases in pack.suites.values()) >= 100


def test_hours_come_with_what_is_said_outside_them(pack_folder: Path) -> None:
    file = pack_folder / "pack.toml"
    plain = file.read_text(encoding="utf-8")
    file.write_text(f'{plain}outside = "Nobody is here."\n[handoff.hours]\ntimezone = "UTC"\nsunday = ["9"]\n')
    with pytest.raises(PackError) as caught:
        load_pack(pack_folder)
    assert "handoff.hours.sunday.0: '9' is no time of a day" in str(caught.value)
    file.write_text(f'{plain}outside = "Nobody is here."\nkept = "Thanks."\n')
    with pytest.raises(PackError, match="hours, outside and kept belong together"):
        load_pack(pack_folder)
    hours = '[handoff.hours]\ntimezone = "UTC"\nsunday = ["09:00-10:00"]\n'
    file.write_text(f'{plain}outside = "Nobody is here."\nkept = "Thanks."\n{hours}')
    with pytest.raises(PackError, match=r"must hold \{address\}"):
        load_pack(pack_folder)
