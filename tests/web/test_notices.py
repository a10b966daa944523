"""The line at the edge of a staff page."""

from dataclasses import dataclass

import gradio as gr
import pytest

from chatbot.errors import InputError
from chatbot.web.notices import Updates, said, told


@dataclass
class OwnDesk:
    notice: gr.HTML


@told
def halve(desk: OwnDesk, number: int) -> Updates:
    """Half of a number."""
    if number % 2:
        raise InputError(f"{number} is <odd>")
    return {"half": number // 2}


def test_what_a_handler_returns_is_passed_on() -> None:
    assert halve(OwnDesk("line"), 4) == {"half": 2}
    assert halve.__doc__ == "Half of a number."


def test_what_a_user_did_wrong_is_said_and_nothing_else_changes() -> None:
    ((component, html),) = halve(OwnDesk("line"), 3).items()
    assert component == "line" and isinstance(html, str)
    assert 'class="notice wrong"' in html and "3 is &lt;odd&gt;" in html


def test_what_is_our_own_fault_is_not_hidden() -> None:
    with pytest.raises(TypeError):
        halve(OwnDesk("line"), None)  # type: ignore[arg-type]


def test_the_same_words_are_a_new_notice_each_time() -> None:
    assert said("Saved.") != said("Saved.")
