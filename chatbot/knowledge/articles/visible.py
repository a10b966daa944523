"""What of a text can be seen: somebody else may hide words for the model in characters that no reader notices."""

import unicodedata

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
KEPT = {"\n", "\t", "\u200c", "\u200d", "\ufe0f"}  # joiners shape emoji, Persian and Indic words


def visible(text: str) -> str:
    """A text without control, format and unassigned characters, its lines ended alike."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in KEPT or unicodedata.category(c) not in INVISIBLE)
