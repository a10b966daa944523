"""Values are replaced in a file of TOML whose comments and order stay."""

import tomllib

import pytest

from chatbot.errors import InputError
from chatbot.knowledge.editing.toml_values import with_values

FILE = """# Who the bot is.
title = "Lamps"   # what people see
suggestions = ["One?", "Two?"]

[contact]
email = "help@lamps.example"

[handoff]
message = "Soon."
"""


def test_comments_and_order_stay() -> None:
    text = with_values(FILE, {"title": "Lights", "contact.phone": "01632 960 111", "handoff.message": "Soon."})
    assert text.startswith('# Who the bot is.\ntitle = "Lights"') and "# what people see" in text
    assert 'phone = "01632 960 111"' in text and 'message = "Soon."' in text
    assert with_values(FILE, {"title": "Lamps", "suggestions": ["One?", "Two?"]}) == FILE


def test_what_is_new_stands_where_toml_wants_it() -> None:
    hard = 'Two lines\nwith """quotes""" and a \\ and ü'
    values = {"greeting": "Hello", "system": hard, "texts.ask": "Ask", "suggestions": ["a" * 50, 'b "c"', "d"]}
    read = tomllib.loads(with_values(FILE, values))
    assert read["greeting"] == "Hello" and read["system"] == hard and read["texts"] == {"ask": "Ask"}
    assert read["suggestions"] == values["suggestions"] and read["contact"] == {"email": "help@lamps.example"}


def test_values_are_taken_out_and_numbers_kept() -> None:
    read = tomllib.loads(with_values(FILE, {"title": None, "contact.email": None, "gone.away": None, "sure": 0.4}))
    assert "title" not in read and read["contact"] == {} and "gone" not in read and read["sure"] == 0.4


def test_a_new_file_is_written_from_nothing() -> None:
    assert tomllib.loads(with_values("", {"action": "ask", "examples": ["a", "b"]})) == {
        "action": "ask",
        "examples": ["a", "b"],
    }


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(InputError, match="not valid TOML"):
        with_values("= 1", {})
