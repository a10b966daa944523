"""Text is shown up to the first stop string, and what may begin one is held back."""

from chatbot.engines.stopping import until_stop


def shown(pieces: list[str], stop: list[str]) -> tuple[list[str], int]:
    met: list[bool] = []
    return list(until_stop(pieces, stop, lambda: met.append(True))), len(met)


def test_without_stop_strings_pieces_pass_as_they_are() -> None:
    assert shown(["a", "b"], []) == (["a", "b"], 0)


def test_a_stop_string_over_several_pieces_is_left_out() -> None:
    assert shown(["30 days", ".\n", "\nUser", " asks"], ["\n\n"]) == (["30 days", "."], 1)


def test_what_only_begins_like_one_is_shown_once_that_is_known() -> None:
    assert shown(["30 days\n", "or more\n"], ["\n\n"]) == (["30 days", "\nor more", "\n"], 0)


def test_the_first_of_several_counts() -> None:
    assert shown(["one END two STOP"], ["STOP", "END"]) == (["one "], 1)
    assert shown(["STOP"], ["STOP"]) == ([], 1)
