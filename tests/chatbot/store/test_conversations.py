"""What a conversation is called."""

from chatbot.store.conversations import TITLE_CHARS, title_of


def test_a_title_is_one_line_of_bounded_length() -> None:
    assert title_of("  Where\n is\tmy lamp? ") == "Where is my lamp?"
    assert title_of("my " * 50) == ("my " * 50)[:TITLE_CHARS]
