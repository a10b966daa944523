"""Words are found in the text of files, with the place and what stands around it."""

from training.console.searching import Place, places

PRICES = "# Lamps\n\nThe small one costs £75.\nThe Large  One costs £750.\n"


def test_the_first_place_of_each_file_is_told() -> None:
    found = list(places([("articles/lamps.md", PRICES), ("articles/oil.md", "# Oil\n")], "£75"))
    assert found == [Place("articles/lamps.md", 3, "The small one costs ", "£75", ".")]


def test_capitals_and_spaces_do_not_matter_and_signs_are_no_pattern() -> None:
    [found] = places([("a", PRICES)], " large one ")
    assert (found.line, found.found) == (4, "Large  One")
    assert [place.line for place in places([("a", PRICES)], "£75.")] == [3]
    assert list(places([("a", PRICES)], ".*")) == list(places([("a", PRICES)], "  ")) == []


def test_long_lines_are_cut_between_words() -> None:
    [found] = places([("a", "word " * 40 + "needle" + " word" * 40)], "needle")
    assert found.before.startswith("… word ") and found.after.endswith("word …")
    assert max(len(found.before), len(found.after)) <= 62
