"""What is checked before a message reaches the model: that there is one, of a sane length, of readable characters."""

import unicodedata

from chatbot.errors import InputError

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
KEPT = {"\n", "\t", "\u200c", "\u200d", "\ufe0f"}  # joiners shape emoji, Persian and Indic words


def clean_message(text: str, longest: int) -> str:
    """The message without control characters and blanks around it; raises `InputError` if it cannot be answered."""
    if len(text) > longest:
        raise InputError(f"your message has {len(text):,} characters: {longest:,} fit, please shorten it")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if c in KEPT or unicodedata.category(c) not in INVISIBLE).strip()
    if all(unicodedata.category(c)[0] in "CMZ" for c in kept):
        raise InputError("your message is empty: type a question first")
    return unicodedata.normalize("NFC", kept)


def defuse_markup(text: str) -> str:
    """The text with chat-template marks broken up, so that it cannot pose as another speaker."""
    return text.replace("<|", "< |").replace("|>", "| >")
