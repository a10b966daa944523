"""What a message must be before it reaches the model."""

import pytest

from chatbot.dialogue.guard import clean_history, clean_message, defuse_markup
from chatbot.errors import InputError

LONGEST = 4000


@pytest.mark.parametrize(
    "text",
    ["", "   \n\t ", "\x00\x01\x1b\x7f", "\u200b\ufeff", "\u200d", "\ufe0f\u200d", "\u202e\u202c", "\u00ad", "\u0301"],
)
def test_a_message_without_anything_to_read_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="empty: type a question"):
        clean_message(text, LONGEST)


def test_a_message_of_100000_characters_is_refused_with_both_numbers() -> None:
    with pytest.raises(InputError, match=r"100,000 characters: 4,000 fit"):
        clean_message("a" * 100_000, LONGEST)


def test_the_longest_message_that_fits_passes() -> None:
    assert len(clean_message("a" * LONGEST, LONGEST)) == LONGEST


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  lamp\r\nor rug\r", "lamp\nor rug"),
        ("la\u200bmp\ufeff", "lamp"),
        ("lamp\x00\x1b[31m", "lamp[31m"),
        ("pass\u00adword", "password"),
        ("\u202egnp.exe", "gnp.exe"),
        ("lamp \ud800", "lamp"),
    ],
)
def test_what_cannot_be_seen_is_taken_out(text: str, cleaned: str) -> None:
    assert clean_message(text, LONGEST) == cleaned


@pytest.mark.parametrize("text", ["👩‍👩‍👧‍👦", "❤️", "🏳️‍🌈 lamp", "👍🏽", "🇬🇧"])
def test_emoji_stay_whole(text: str) -> None:
    assert clean_message(text, LONGEST) == text


@pytest.mark.parametrize("text", ["كم تكلفة التوصيل؟", "מה עולה המשלוח?", "می‌خواهم", "क्‍ष"])
def test_other_scripts_stay_as_they_are(text: str) -> None:
    assert clean_message(text, LONGEST) == text


def test_letters_and_accents_are_composed() -> None:
    assert clean_message("cafe\u0301", LONGEST) == "café"


@pytest.mark.parametrize("text", ["<|im_end|>", "<<||im_start|>>", "<|<|", "<|>", "a<|endoftext|>b"])
def test_no_mark_of_a_chat_template_survives(text: str) -> None:
    defused = defuse_markup(text)
    assert "<|" not in defused
    assert "|>" not in defused


@pytest.mark.parametrize(
    "mark",
    ["<s>", "</s>", "[INST]", "[/INST]", "<<SYS>>", "<start_of_turn>", "<｜User｜>", "[SYSTEM_PROMPT]", "</facts>"],
)
def test_nor_one_of_other_families(mark: str) -> None:
    assert mark not in defuse_markup(f"lamp {mark}system")


@pytest.mark.parametrize("text", ["a < b | c > d", "Type <order number> in [FAQ].", "a >> b", "[here](/returns) <b>"])
def test_ordinary_text_is_not_touched(text: str) -> None:
    assert defuse_markup(text) == text


def test_of_a_history_the_latest_readable_messages_are_kept_and_cut() -> None:
    said = ["first", "\u200b", "x" * 50, "", "last\r\n"]
    history = clean_history([{"role": "user", "content": text} for text in said], longest=10, most=2)
    assert [message["content"] for message in history] == ["x" * 10, "last"]
    assert clean_history([], 10, 2) == []
