"""Front matter: what site generators put before an article, YAML between `---` or TOML between `+++`, taken out."""

import re
import tomllib
from collections.abc import Mapping

import yaml

BLOCK = re.compile(
    r"\s*(?:---[ \t]*\n(?P<yaml>.*?)(?<=\n)(?:---|\.\.\.)|\+\+\+[ \t]*\n(?P<toml>.*?)(?<=\n)\+\+\+)[ \t]*(?:\n|$)",
    re.DOTALL,
)
KEY = re.compile(r"^[\w.-]+[ \t]*:(?:\s|$)", re.MULTILINE)
PLAIN_TITLE = re.compile(r"^title[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)


def without_front_matter(text: str) -> tuple[str, str]:
    """The text with blank lines in place of its front matter, so that line numbers stay, and the title in that.

    A byte order mark is taken out too. The title is "" where there is none.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = BLOCK.match(text)
    if not found:
        return text, ""
    title = _yaml_title(found["yaml"]) if found["yaml"] is not None else _toml_title(found["toml"])
    if title is None:
        return text, ""
    return "\n" * found.group().count("\n") + text[found.end() :], title


def _yaml_title(content: str) -> str | None:
    """The title of a YAML block; None for words between two rules, which are no front matter."""
    try:
        values = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError):  # a colon in a title without quotes is no valid YAML, and common
        plain = PLAIN_TITLE.search(content)
        return (plain.group(1).strip("\"'") if plain else "") if KEY.match(content.lstrip()) else None
    if values is None:
        return ""
    return _title(values) if isinstance(values, dict) else None


def _toml_title(content: str) -> str | None:
    try:
        return _title(tomllib.loads(content))
    except tomllib.TOMLDecodeError:
        return None


def _title(values: Mapping[str, object]) -> str:
    """The value of `title`, however that is written, on one line."""
    found = {str(key).lower(): value for key, value in values.items()}.get("title")
    return " ".join(str(found).split()) if isinstance(found, str | int | float) else ""
