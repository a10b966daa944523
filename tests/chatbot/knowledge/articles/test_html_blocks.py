"""HTML becomes blocks in the order in which it is read, each with the line where it began."""

import pytest

from chatbot.knowledge.articles.html_blocks import Block, HtmlReader


def blocks(html: str) -> list[Block]:
    reader = HtmlReader()
    reader.read(html, 1)
    return reader.finished()


def test_blocks_know_their_kind_and_line() -> None:
    html = "<h1>Returns</h1>\n<p>Within\n 30  days.</p>\n<h3>Cost</h3>\nFree.<pre>a  b\n c</pre>"
    assert blocks(html) == [
        Block("h1", "Returns", 1),
        Block("text", "Within 30 days.", 2),
        Block("h2", "Cost", 4),
        Block("text", "Free.", 5),
        Block("code", "a  b\n c", 5),
    ]


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        ("<ol start=3><li>Open<li>Turn<ul><li>left</ul></ol>", ["3. Open", "4. Turn", "  - left"]),
        ("<dl><dt>Price<dd>£5</dl>", ["- Price: £5"]),
        ("<table><tr><th>Zone<th>Price<tr><td>Isles<td>£9</table>", ["Isles – price: £9."]),
        ("<p>a<script>no()</script>b<!-- no --><style>no</style></p>", ["a", "b"]),
        ('<p>See <a href="https://x.example">here</a>.</p>', ["See here (https://x.example)."]),
        ('<img alt="A lamp">', ["A lamp"]),
        ("one<br>two", ["one two"]),
        ('a <span style="color:red; display: none">no <span>no</span></span>b', ["a b"]),
        ("a<div hidden>no<p>no</p></div>b", ["a", "b"]),
        ("<p>a<p hidden>no<p>b", ["a", "b"]),
        ('a<input hidden>b <i style="font-size:0.9em">c</i><br hidden>', ["ab c"]),
        ("<p> </p>", []),
    ],
)
def test_what_is_said_of_html(html: str, texts: list[str]) -> None:
    assert [block.text for block in blocks(html)] == texts


def test_stretches_that_are_read_one_after_the_other_are_one_text() -> None:
    reader = HtmlReader()
    reader.read("<p>One", 3)
    reader.read(" text</p><p>and another</p>", 7)
    assert reader.finished() == [Block("text", "One text", 3), Block("text", "and another", 7)]
