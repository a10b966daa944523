"""What no reader sees of a text is not read either."""

from chatbot.knowledge.articles.pieces import split_article
from chatbot.knowledge.articles.visible import visible


def test_tags_and_marks_without_a_shape_are_left_out() -> None:
    smuggled = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    assert visible(f"la\u200bmp\u202e{smuggled}\r\nrug\x07") == "lamp\nrug"


def test_joiners_stay() -> None:
    assert visible("می‌خواهم ❤️") == "می‌خواهم ❤️"


def test_articles_are_read_without_them() -> None:
    (piece,) = split_article("lamps", "# Lamps\n\nA lamp\U000e0053\U000e0041 costs £5.\n")
    assert piece.text == "A lamp costs £5."
