"""Articles: any Markdown becomes short pieces of plain words that know where they stand."""

import time

import pytest

from chatbot.knowledge.articles.pieces import LONGEST_PIECE, has_title, split_article
from chatbot.knowledge.articles.sentences import join_sentences, split_sentences


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
        ("Some **bold** and `code` [here](http://x.example).", ["Some bold and code here (http://x.example)."]),
        ("One &amp; two<br>lines <b>bold</b>.", ["One & two lines bold."]),
        ("<div>Inside <i>a block</i>.</div>", ["Inside a block."]),
        ("<script>alert('x')</script>\n\nAfter.", ["After."]),
        ("Before <!-- hidden --> after.", ["Before after."]),
        ("- One lamp.\n- Two lamps.", ["- One lamp.\n- Two lamps."]),
        (
            "| Country | Price |\n|---|---|\n| Spain | £5 |\n| Italy | £6 |",
            ["Spain – price: £5. Italy – price: £6."],
        ),
        ("Ships 🚚 in 3 days 🎉.", ["Ships 🚚 in 3 days 🎉."]),
        ("המשלוח עולה 5 פאונד. ההחזרה חינם.", ["המשלוח עולה 5 פאונד. ההחזרה חינם."]),
        ("3 < 4 and 5 > 2.", ["3 < 4 and 5 > 2."]),
        ("", []),
    ],
)
def test_what_people_write_becomes_plain_words(markdown: str, expected: list[str]) -> None:
    assert texts(f"# T\n\n{markdown}\n") == expected


STEPS = "1. Open the app. Sign in.\n2. Choose it:\n   - the lamp\n   - the shade\n3. Print"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("1. Open it\n2. Close it", "1. Open it\n2. Close it"),
        ("4) Open it\n5) Close it", "4. Open it\n5. Close it"),
        (
            "Not taken back are:\n\n* Food\n* Mugs\n\nAll else is.",
            "Not taken back are:\n- Food\n- Mugs\n\nAll else is.",
        ),
        (STEPS, "1. Open the app. Sign in.\n2. Choose it:\n  - the lamp\n  - the shade\n3. Print"),
        ("1. Run:\n   ```\n   ls \\\n     -l\n   ```\n2. Done", "1. Run:\nls \\\n  -l\n2. Done"),
        ("<ol start='3'><li>Open<li>Close</ol>Then wait.", "3. Open\n4. Close\n\nThen wait."),
        ("<ul>\n\n    <li>Food</li>\n\n    <li>Mugs</li>\n</ul>", "- Food\n- Mugs"),
        ("<dl><dt>Parcel</dt><dd>A box</dd></dl>", "- Parcel: A box"),
    ],
)
def test_lists_keep_their_steps_apart(markdown: str, expected: str) -> None:
    assert texts(f"# T\n\n{markdown}\n") == [expected]


def test_a_list_is_one_sentence_with_what_leads_to_it_and_bullets_that_are_sentences_are_several() -> None:
    assert split_sentences(f"It is easy. Do this:\n{STEPS}\n\nThen wait. Bye.") == [
        "It is easy.",
        f"Do this:\n{STEPS}",
        "Then wait.",
        "Bye.",
    ]
    assert split_sentences("Please note:\n- One lamp.\n- Two lamps. More.") == [
        "Please note:",
        "One lamp.",
        "Two lamps.",
        "More.",
    ]


def test_a_list_that_is_too_long_says_in_each_piece_what_leads_to_it() -> None:
    items = [f"- Thing number {number} of the long list" for number in range(20)]
    found = texts("# T\n\nWe do not take back:\n\n" + "\n".join(items))
    assert len(found) > 1 and all(text.startswith("We do not take back:\n- Thing") for text in found)
    assert [line for text in found for line in text.split("\n")[1:]] == items


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Costs <b>5</b>.</p><p>Takes&nbsp;3&nbsp;to&nbsp;5 days.</p>", "Costs 5. Takes 3 to 5 days."),
        ("<div>One</div><div>Two</div>", "One Two"),
        (
            "<table><tr><th>Zone</th><th>Price</th></tr><tr><td>Isles</td><td>14</td></tr></table>",
            "Isles – price: 14.",
        ),
        ("<table><tr><td>Isles</td><td>14</td></tr></table>", "Isles; 14."),
        ("<table><tr><th>Isles</th><td>14</td></tr></table>", "Isles: 14."),
        ("| Zone | Price |\n|---|---|", "Zone; Price."),
        ("<style>p {}</style><p>Shown.</p><script>if (a<b) x()</script><!-- no -->", "Shown."),
        ("&copy; Lamps &lt;Ltd&gt; &amp;amp; co", "© Lamps <Ltd> &amp; co"),
    ],
)
def test_html_keeps_blocks_and_cells_apart(html: str, expected: str) -> None:
    assert texts(f"# T\n\n{html}\n") == [expected]


def test_headings_in_html_are_headings() -> None:
    found = split_article("a", "<h1>Delivery</h1>\n<p>Fast.</p>\n<h3>Express</h3><p>Faster.</p>\n")
    assert [(piece.heading, piece.text, piece.line) for piece in found] == [
        ("Delivery", "Fast.", 2),
        ("Delivery › Express", "Faster.", 3),
    ]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("Paste it:\n\n```html\n<b a='1'>\n  x & y\n```\n\nDone.", "Paste it:\n<b a='1'>\n  x & y\n\nDone."),
        ("Run:\n\n    a --key <key> \\\n      &lt;\n", "Run:\na --key <key> \\\n  &lt;"),
        ("Type `List<Order>` or `a  b`.", "Type List<Order> or a  b."),
        ("Type <your-shop-id> or <Token x> and List<Order>.", "Type <your-shop-id> or <Token x> and List<Order>."),
        ("Put a <script> tag or a <title> there.", "Put a <script> tag or a <title> there."),
        ("<pre>x\n  y &lt; 3</pre>", "x\n  y < 3"),
        ("<!-- begun and never ended", "<!-- begun and never ended"),
    ],
)
def test_code_and_placeholders_are_kept_to_the_letter(markdown: str, expected: str) -> None:
    assert texts(f"# T\n\n{markdown}\n") == [expected]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("Register [here](https://x.example/a?b=c).", "Register here (https://x.example/a?b=c)."),
        ("Register <a href='https://x.example/a'>here</a>.", "Register here (https://x.example/a)."),
        ("[write to us](mailto:help@x.example?subject=Hi)", "write to us (help@x.example)"),
        ("[help@x.example](mailto:help@x.example)", "help@x.example"),
        ("[ring us](tel:+441632960111)", "ring us (+441632960111)"),
        ("[01632 960 111](tel:+441632960111)", "01632 960 111"),
        (
            "See <https://x.example/a_b> or [x.example](https://www.x.example/).",
            "See https://x.example/a_b or x.example.",
        ),
        ("[above](#cost), [costs](cost.md) and [terms](/terms)", "above, costs and terms (/terms)"),
        ("[by name][it]\n\n[it]: https://x.example/1", "by name (https://x.example/1)"),
        ("![A map of the shop](map.png) ![](line.png)", "A map of the shop"),
    ],
)
def test_links_keep_their_address_and_images_their_words(markdown: str, expected: str) -> None:
    assert texts(f"# T\n\n{markdown}\n") == [expected]


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("---\ntitle: Gift cards\ntags: [a, b]\n---\n", "Gift cards"),
        ("\ufeff---\r\ntitle: 'Gift: cards'\r\n---\r\n", "Gift: cards"),
        ("---\ntitle: Gifts: all of them\nslug: x\n---\n", "Gifts: all of them"),
        ('+++\ntitle = "Gift cards"\ndate = 2024-01-01\n+++\n', "Gift cards"),
        ("---\nslug: x\n---\n", "a"),
    ],
)
def test_front_matter_is_taken_out_and_names_the_article(front: str, title: str) -> None:
    (piece,) = split_article("a", f"{front}Valid for 2 years.\n")
    assert (piece.title, piece.section, piece.text) == (title, "", "Valid for 2 years.")
    assert piece.line == front.count("\n") + 1
    (piece,) = split_article("a", f"{front}# Own\nValid.\n")
    assert piece.title == "Own"


def test_words_between_two_rules_are_no_front_matter() -> None:
    assert texts("---\nWelcome to the shop.\n\n---\nMore.\n") == ["Welcome to the shop. More."]


@pytest.mark.parametrize("text", ["#  Sizes\n", "\n# Sizes\n", "Sizes\n=====\n", "<h1>Sizes</h1>\n", "\ufeff# Sizes\n"])
def test_a_title_may_be_written_in_any_way(text: str) -> None:
    assert has_title(text) and not has_title(text.replace("#", "##").replace("=", "-").replace("h1", "h2"))


@pytest.mark.parametrize(
    "text",
    ["灯可在三十天内退货。" * 60, "灯" * 900, "ランプは返品できます！" * 60, "โคมไฟคืนได้ภายในสามสิบวัน" * 40, "x" * 5000],
)
def test_texts_without_blanks_are_cut_too_and_lose_nothing(text: str) -> None:
    found = texts(f"# T\n\n{text}\n")
    assert len(found) > 1 and "".join(found) == text
    assert max(map(len, found)) <= 2400


def test_sentences_end_without_blanks() -> None:
    assert split_sentences("可以退货。「好。」多久？三十天！ 谢谢。") == [
        "可以退货。",
        "「好。」",
        "多久？",
        "三十天！",
        "谢谢。",
    ]


@pytest.mark.parametrize("line", ["word " * 200_000, "w" * 1_000_000, "a. " * 300_000, "<b>" * 300_000])
def test_a_megabyte_in_one_line_is_cut_in_seconds(line: str) -> None:
    began = time.process_time()
    pieces = split_article("a", f"# T\n\n{line}\n")
    assert time.process_time() - began < 10
    assert all(len(piece.text.split()) <= LONGEST_PIECE for piece in pieces)


def test_sentences_are_joined_so_that_lists_stand_on_lines_of_their_own() -> None:
    text = "It is easy. Do this:\n1. Open\n2. Close\nThen wait."
    assert join_sentences(["It is easy.", "Do this:\n1. Open\n2. Close", "Then wait."]) == text.replace(
        "easy. ", "easy.\n"
    )
    assert join_sentences(["One.", "Two."]) == "One. Two." and join_sentences(["一。", "二。"]) == "一。二。"
