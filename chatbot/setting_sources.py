"""Where settings are read from besides arguments and the environment: the TOML file, and what the home keeps."""

import os
import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource, TomlConfigSettingsSource

from chatbot.kept_settings import read_kept


def config_file() -> Path:
    """The TOML file of settings, whether or not it is there."""
    return Path(os.environ.get("CHATBOT_CONFIG", "chatbot.toml"))


class TomlSource(TomlConfigSettingsSource):
    """The TOML file, with or without a byte order mark."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        return tomllib.loads(file_path.read_text(encoding="utf-8-sig"))


class KeptSource(PydanticBaseSettingsSource):
    """What is kept in the home that the sources before this one name."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Unused: all are read at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """All that is kept."""
        home = self.current_state.get("home") or self.settings_cls.model_fields["home"].default
        return dict(read_kept(Path(home)))
