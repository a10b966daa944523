"""Slugs: short names of lower-case letters and digits for whatever people call things, in any script."""

import re

from anyascii import anyascii

LONGEST = 40
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def slug_of(text: str, joint: str = "-", longest: int | None = LONGEST) -> str:
    """A text as a slug, its words joined by `joint`; one stays as it is, and what has no letters becomes ""."""
    if SLUG.fullmatch(text):
        return text
    words = re.findall(r"[a-z0-9]+", anyascii(re.sub(r"(?<=\w)['’](?=\w)", "", text)).lower())
    return joint.join(words)[:longest].strip(joint)


class Slugs:
    """Gives each name a slug of its own; names that differ in case or punctuation alone share one."""

    def __init__(self, joint: str = "-", otherwise: str = "other") -> None:
        """`otherwise` stands for a name without letters."""
        self._joint = joint
        self._otherwise = otherwise
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        """The slug of a name, the same each time."""
        whole = slug_of(name, self._joint, None) or name.strip()
        if whole not in self._given:
            self._given[whole] = self.another(name)
        return self._given[whole]

    def another(self, name: str) -> str:
        """A slug that nothing was given before, numbered where the plain one is taken."""
        plain = slug_of(name, self._joint) or self._otherwise
        slug, number = plain, 1
        while slug in self._taken:
            number += 1
            end = f"{self._joint}{number}"
            slug = plain[: LONGEST - len(end)].rstrip(self._joint) + end
        self._taken.add(slug)
        return slug
