"""Changes are numbered and kept with what was before."""

from pathlib import Path

from chatbot.knowledge.editing import history
from chatbot.knowledge.editing.history import PackHistory


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
