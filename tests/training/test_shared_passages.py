"""Rows of passages that are found together show the same ones, each its right one among them."""

from chatbot.records import Passage
from training.curation.shared_passages import share_passages


def passage(name: str) -> Passage:
    return Passage(name, "article", name.title(), f"About {name}.", "")


FOUND = [
    (passage(right), [passage(other) for other in retrieved])
    for right, *retrieved in [
        ("price", "price", "payment", "wool"),
        ("price", "price", "payment", "stock"),
        ("price", "payment", "price", "wool"),
        ("payment", "payment", "price", "stock"),
        ("stock", "stock", "shop", "price"),
        ("shop", "shop", "stock", "wool"),
    ]
]


def names(shown: list[Passage]) -> list[str]:
    return [passage.id for passage in shown]


def test_what_is_found_together_is_shown_together() -> None:
    sets = share_passages(FOUND, 3)
    assert names(sets["price"]) == names(sets["payment"]) == ["payment", "price", "stock"]
    assert sets["stock"] is sets["price"]


def test_each_right_passage_stands_in_its_own_set_of_no_more_than_is_shown() -> None:
    for size in (1, 2, 3):
        sets = share_passages(FOUND, size)
        assert set(sets) == {"price", "payment", "stock", "shop"}
        for right, shown in sets.items():
            assert right in names(shown)
            assert len(shown) == len(set(names(shown))) <= size


def test_the_order_of_the_rows_does_not_matter() -> None:
    sets, reversed_sets = share_passages(FOUND, 2), share_passages(FOUND[::-1], 2)
    assert {name: names(shown) for name, shown in sets.items()} == {
        name: names(shown) for name, shown in reversed_sets.items()
    }


def test_without_rows_there_are_no_sets() -> None:
    assert share_passages([], 3) == {}
