"""A folder of texts becomes articles: every file in it is taken, or named with the reason why not."""

from pathlib import Path

import pytest

from chatbot.errors import InputError
from chatbot.knowledge.articles.pieces import split_article
from chatbot.knowledge.importing.article_files import read_article_folder

PAGE = """<!DOCTYPE html>
<html><head><title>Care &amp; wear</title><style>p { color: red }</style></head><body>
<p>Wash at *30* &deg;C, never <b>hot</b>: see <a href="https://x.example/a_b">here</a>. Type &lt;id&gt;.</p>
<h2>Steps</h2>
<ol><li>Open<ul><li>the lid</li></ul></li><li>Run <pre>a
  b</pre></li></ol>
<pre><code>if a &lt; b:
  `x`</code></pre>
<p># 1. no list</p>
<table><tr><th>Size</th><th>Price</th></tr><tr><td>S</td><td>5</td></tr></table>
</body></html>
"""


def write(folder: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_texts_of_every_ending_are_taken_from_all_folders_within(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        a_dot_md="# A\nText.\n",
        B_dot_MD="# B\nText.\n",
        c_dot_markdown="Text.\n",
        d_dot_TXT="Text.\n",
        e_dot_htm="<p>Text.</p>",
        sub__a_dot_md="# Other A\nText.\n",
        sub__Rück_gabe_dot_md="# R\nText.\n",
    )
    found = read_article_folder(folder)
    assert sorted(found.texts) == ["a", "a-2", "b", "c", "d", "e", "ruck-gabe"] and found.left_out == []
    assert found.files["a-2"] == "sub/a.md" and found.names()["sub/a"] == "a-2"
    assert found.texts["a"] == "# A\nText.\n" and found.texts["c"] == "# C\n\nText.\n"


def test_what_is_left_out_is_named_with_its_reason(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        a_dot_md="# A\nText.\n",
        terms_dot_pdf=b"%PDF-1.7",
        disguised_dot_md=b"%PDF-1.7",
        empty_dot_md="\n",
        bare_dot_md="# Only\n\n## Headings\n",
        rows_dot_csv="a,b\n",
        logo_dot_png=b"\x89PNG",
        binary_dot_txt=b"\0\1\2\3\0\0\0\7\0\0\1",
        old_dot_txt="Где мой заказ?".encode("cp1251"),
        _dot_git__x_dot_md="# X\nText.\n",
    )
    found = read_article_folder(folder)
    assert list(found.texts) == ["a"]
    told = dict(line.split(" ", 1) for line in sorted(found.left_out))
    assert set(told) == {
        *("terms.pdf", "disguised.md", "empty.md", "bare.md", "rows.csv", "logo.png", "binary.txt", "old.txt"),
    }
    assert "save it as .md" in told["terms.pdf"] and "a PDF" in told["disguised.md"]
    assert "no text" in told["empty.md"] and "below its headings" in told["bare.md"]
    assert "--answers" in told["rows.csv"] and "not a text file" in told["binary.txt"]
    assert "neither UTF-8" in told["old.txt"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_texts_are_read_in_the_encodings_that_people_save(tmp_path: Path, encoding: str) -> None:
    folder = write(tmp_path, a_dot_md="# Wäsche\r\n\r\nKostet 5 €.\r\n".encode(encoding))
    found = read_article_folder(folder)
    assert found.texts == {"a": "# Wäsche\n\nKostet 5 €.\n"}
    assert len(found.remarks) == (encoding == "cp1252")


def test_front_matter_becomes_the_title(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        a_dot_md="---\ntitle: Gift *cards*\n---\n\nValid.\n",
        b_dot_md="\ufeff+++\r\ntitle = 'No'\r\n+++\r\n# Yes\r\nValid.\r\n",
        Refund_policy_dot_md="---\ndraft: true\n---\nValid.\n",
    )
    texts = read_article_folder(folder).texts
    assert texts["a"] == "# Gift \\*cards\\*\n\nValid.\n" and texts["b"] == "# Yes\nValid.\n"
    assert texts["refund-policy"] == "# Refund Policy\n\nValid.\n"


def test_a_page_becomes_markdown_that_says_the_same(tmp_path: Path) -> None:
    (text,) = read_article_folder(write(tmp_path, a_dot_html=PAGE)).texts.values()
    assert text.startswith("# Care & wear\n\n")
    first, second = split_article("a", text)
    assert (first.title, first.section) == ("Care & wear", "")
    assert first.text == "Wash at *30* °C, never hot: see here (https://x.example/a_b). Type <id>."
    assert second.section == "Steps" and second.text == (
        "1. Open\n  - the lid\n2. Run\na\n  b\n\nif a < b:\n  `x`\n\n# 1. no list Size S – price: 5."
    )


def test_a_page_may_leave_out_ends_and_have_elements_of_its_own(tmp_path: Path) -> None:
    page = (
        "<html><head><title>Care</title><meta charset=utf-8><body><p>Wash <my-unit>cold</my-unit>.<p>Type <order-id>.\n"
    )
    (text,) = read_article_folder(write(tmp_path, a_dot_html=page)).texts.values()
    assert text == "# Care\n\nWash cold.\n\nType \\<order-id>.\n"


def test_a_folder_without_texts_says_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no article.*x\.pdf.*nothing was written"):
        read_article_folder(write(tmp_path, x_dot_pdf=b"%PDF"))
