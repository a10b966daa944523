"""Articles: any Markdown becomes short pieces of plain words that know where they stand."""

import time

import pytest

from chatbot.knowledge.articles import LONGEST_PIECE, split_article


def texts(markdown: str) -> list[str]:
    return [piece.text for piece in split_article("a", markdown)]


def test_a_section_is_one_piece_with_its_title_and_line() -> None:
    found = split_article(
        "a", "# Returns\nFirst.\n## Time\nThirty\ndays.\n\nNo more.\n### Cost\nFree.\n# Other\nLast.\n"
    )
    assert [(piece.title, piece.section, piece.text, piece.line) for piece in found] == [
        ("Returns", "", "First.", 2),
        ("Returns", "Time", "Thirty days. No more.", 4),
        ("Returns", "Cost", "Free.", 9),
        ("Other", "", "Last.", 11),
    ]
    assert [piece.heading for piece in found][:2] == ["Returns", "Returns › Time"]


def test_a_long_section_is_cut_between_sentences_into_even_pieces() -> None:
    sentences = [f"Sentence {number} has exactly six words." for number in range(25)]
    found = texts("# T\n" + " ".join(sentences))
    assert " ".join(found) == " ".join(sentences)
    assert all(text.endswith(".") and len(text.split()) <= LONGEST_PIECE for text in found)
    assert max(map(len, found)) < 1.5 * min(map(len, found))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("Some **bold** and `code` [here](http://x.example).", ["Some bold and code here."]),
        ("One &amp; two<br>lines <b>bold</b>.", ["One & two lines bold."]),
        ("<div>Inside <i>a block</i>.</div>", ["Inside a block."]),
        ("<script>alert('x')</script>\n\nAfter.", ["After."]),
        ("Before <!-- hidden --> after.", ["Before after."]),
        ("- One lamp.\n- Two lamps.", ["One lamp. Two lamps."]),
        (
            "| Country | Price |\n|---|---|\n| Spain | £5 |\n| Italy | £6 |",
            ["Country: Spain; Price: £5. Country: Italy; Price: £6."],
        ),
        ("Ships 🚚 in 3 days 🎉.", ["Ships 🚚 in 3 days 🎉."]),
        ("המשלוח עולה 5 פאונד. ההחזרה חינם.", ["המשלוח עולה 5 פאונד. ההחזרה חינם."]),
        ("3 < 4 and 5 > 2.", ["3 < 4 and 5 > 2."]),
        ("", []),
    ],
)
def test_what_people_write_becomes_plain_words(markdown: str, expected: list[str]) -> None:
    assert texts(f"# T\n\n{markdown}\n") == expected


@pytest.mark.parametrize("line", ["word " * 200_000, "w" * 1_000_000, "a. " * 300_000, "<b>" * 300_000])
def test_a_megabyte_in_one_line_is_cut_in_seconds(line: str) -> None:
    began = time.perf_counter()
    pieces = split_article("a", f"# T\n\n{line}\n")
    assert time.perf_counter() - began < 10
    assert all(len(piece.text.split()) <= LONGEST_PIECE for piece in pieces)
