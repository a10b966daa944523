"""Where packs lie: those that come along, and in a home the copies of those of them that were changed there.

A packaged pack is never written to. What changes one copies it first (`knowledge/editing`), and from then on the copy
is the pack of that name, for whatever reads the settings.
"""

from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = next((place for place in (HERE / "data", HERE.parent / "data") if place.is_dir()), HERE)
"""The packaged packs: beside the code in a checkout, within it where it is installed."""
COPIES = "packs"


def packaged(pack: str) -> Path | None:
    """The folder of a packaged pack by its name or by that folder; None for any other."""
    folder = DATA / pack
    return folder if pack and folder.parent == DATA and folder.is_dir() else None


def folder_of(pack: str, home: Path) -> Path:
    """The folder of the pack that a setting names, for an installation with this home."""
    ours = packaged(pack)
    if ours is None:
        return Path(pack)
    copy = home / COPIES / ours.name
    return copy if copy.is_dir() else ours
