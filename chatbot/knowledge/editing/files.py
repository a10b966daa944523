"""The files of a pack that are changed one by one: articles, rules, and the persona."""

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chatbot.errors import InputError
from chatbot.knowledge.slugs import SLUG
from chatbot.owner_only import hand_over

PERSONA = "pack.toml"
KINDS = {"articles": ".md", "rules": ".toml"}
PLAIN = re.compile(r"[^./\\\0][^/\\\0]*")
LONGEST = 400_000  # characters


@dataclass(frozen=True)
class PackFile:
    """A file as it is now; `revision` tells it from what it was and will be, and is "" where there is no file."""

    name: str
    text: str | None

    @property
    def revision(self) -> str:
        """What names this text."""
        return "" if self.text is None else hashlib.sha256(self.text.encode()).hexdigest()[:16]


def article_file(name: str) -> str:
    """The file of an article."""
    return f"articles/{name}.md"


def rule_file(name: str) -> str:
    """The file of a rule."""
    return f"rules/{name}.toml"


def read_file(folder: Path, name: str) -> PackFile:
    """A file of the pack in a folder, whether or not it is there; raises `InputError` where it is none of these."""
    check_name(name)
    path = folder / name
    return PackFile(name, path.read_text(encoding="utf-8-sig") if path.is_file() else None)


def check_name(name: str) -> None:
    """Raise `InputError` for what is no file that can be changed; it never leads out of the pack."""
    kind, _, rest = name.partition("/")
    stem = rest.removesuffix(KINDS.get(kind, ""))
    if name != PERSONA and not (kind in KINDS and stem != rest and PLAIN.fullmatch(stem)):
        raise InputError(f"{name!r} cannot be changed: name an article, a rule or {PERSONA}")


def check_new(name: str) -> None:
    """Raise `InputError` for what cannot be the name of a new file."""
    check_name(name)
    stem = Path(name).stem
    if name != PERSONA and not SLUG.fullmatch(stem):
        raise InputError(
            f"{stem!r} cannot name a file: use up to 40 lower-case letters, digits and hyphens, such as 'opening-hours'"
        )


def tidied(text: str) -> str:
    """A text as it is kept: lines end as everywhere, and so does the last one."""
    if len(text) > LONGEST:
        raise InputError(f"the text has {len(text):,} characters: {LONGEST:,} fit, so make two of it")
    if "\0" in text:
        raise InputError("the text holds a null character: take it out")
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"


def write_file(folder: Path, name: str, text: str | None) -> None:
    """Put a text in the place of a file, whole or not at all; None removes it."""
    path = folder / name
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        if path.is_file():
            partial.chmod(path.stat().st_mode)
        else:
            hand_over(partial)
        partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
