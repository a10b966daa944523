"""Settings that operators change while the product serves, kept in the home: below the environment and the TOML file.

What the environment or the file says stays theirs to say, and cannot be changed here.
"""

import json
from pathlib import Path

from chatbot.errors import SettingsError

FILE = "settings.json"
CHANGEABLE = (
    *("temperature", "top_p", "repetition_penalty", "max_new_tokens", "passages", "min_score", "check", "best_of"),
    *("recipe", "retention_days", "message_rate", "feedback_rate", "people_per_address", "api_open", "api_rate"),
)
"""Those that are read anew whenever they are used."""

Kept = dict[str, str | int | float | bool]


def read_kept(home: Path) -> Kept:
    """What is kept in a home; raises `SettingsError` where it cannot be read."""
    file = home / FILE
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"settings: {str(file)!r} cannot be read: {error}; remove it, or mend it") from None
    strange = sorted(set(found) - set(CHANGEABLE)) if isinstance(found, dict) else [FILE]
    if strange:
        raise SettingsError(f"settings: {str(file)!r} holds {strange[0]!r}, which is never kept there: take it out")
    return dict(found)


def write_kept(home: Path, kept: Kept) -> None:
    """Keep exactly these, whole or not at all."""
    home.mkdir(parents=True, exist_ok=True)
    partial = home / f"{FILE}.partial"
    partial.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    partial.replace(home / FILE)
