"""Changes are numbered and kept with what was before."""

from pathlib import Path

from chatbot.knowledge.editing import history
from chatbot.knowledge.editing.history import Change, Line, PackHistory, compared, lines_changed


def test_changes_are_listed_the_latest_first(tmp_path: Path) -> None:
    kept = PackHistory(tmp_path, "lamps")
    assert kept.all() == []
    with kept.alone():
        first = kept.add("operator:Olga", "articles/a.md", None, "# Ä\n")
        second = kept.add("operator:Otto", "articles/b.md", "old", None)
        third = kept.add("operator:Otto", "articles/b.md", None, "old", undoes=2)
    assert kept.all() == [third, second, first] and kept.all("articles/b.md") == [third, second]
    assert PackHistory(tmp_path, "lamps").get(1) == first
    kept.drop(third)
    assert kept.all() == [second, first] and (tmp_path / history.FOLDER / "lamps").is_dir()


def test_texts_are_compared_line_by_line() -> None:
    before = "".join(f"{number}\n" for number in range(20))
    after = before.replace("2\n", "zwei\n", 1).replace("17\n", "")
    found = compared(before, after)
    assert [line for line in found if line.kind != "same"] == [
        Line("removed", "2"),
        Line("added", "zwei"),
        Line("gap", ""),
        Line("removed", "17"),
    ]
    assert lines_changed(Change(1, "", "", "a", before, after)) == (1, 2)
    assert compared("a", "a") == [] and [line.kind for line in compared(None, "a\n")] == ["added"]
