"""Names of files that strangers chose: no path, nothing that is not seen, the ending of what the file holds."""

import unicodedata
from pathlib import PurePosixPath

from chatbot.knowledge.articles.visible import visible

LONGEST = 80  # characters, without the ending
ENDINGS = {"image/jpeg": ".jpg", "application/pdf": ".pdf", "text/plain": ".txt"}
FORBIDDEN = '<>:"|?*'
UNNAMED = "file"


def safe_name(given: str, kind: str) -> str:
    """A name for a file of some media type, to be shown, and to be saved under on any system."""
    last = PurePosixPath(given.replace("\\", "/")).name
    shown = unicodedata.normalize("NFC", visible(last))
    kept = "".join(c for c in shown if c.isprintable() and c not in FORBIDDEN)
    stem = " ".join(kept.rpartition(".")[0].split() or kept.split()).strip(". ")
    return (stem[:LONGEST].strip(". ") or UNNAMED) + ENDINGS[kind]
