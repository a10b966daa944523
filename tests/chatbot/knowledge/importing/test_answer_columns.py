"""The columns of a table are found by the names that people give them."""

import pytest

from chatbot.knowledge.importing.answer_columns import find_columns, names_twice


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        (["query", "response"], {"query": 0, "response": 1}),
        (["Answer", "Question", "Topic"], {"query": 1, "response": 0, "intent": 2}),
        (["customerMessage", "agentReply"], {"query": 0, "response": 1}),
        (["input", "question", "output"], {"query": 1, "response": 2}),
        (["Q", "A", "document"], {"query": 0, "response": 1, "source": 2}),
        (["Frage", "Antwort"], {"query": 0, "response": 1}),
    ],
)
def test_the_surest_name_of_each_field_is_taken(header: list[str], taken: dict[str, int]) -> None:
    columns = find_columns(header)
    assert columns and columns.taken == taken


@pytest.mark.parametrize("header", [[], ["id", "date"], ["question", "date"], ["question id", "answer"]])
def test_without_a_question_and_an_answer_nothing_is_taken(header: list[str]) -> None:
    assert find_columns(header) is None


def test_columns_that_are_left_out_are_named() -> None:
    columns = find_columns(["id", "question", "", "answer", ""])
    assert columns and columns.unused == ["id", "column 3, which has no name"]


def test_a_name_that_stands_twice_is_told() -> None:
    assert names_twice(["Question", "answer", "question ", "", ""]) == ["question"]
