"""What operators changed is kept in the home, below the environment and the file."""

from pathlib import Path

import pytest

from chatbot.errors import SettingsError
from chatbot.kept_settings import CHANGEABLE, FILE, read_kept, write_kept
from chatbot.setting_sources import config_file
from chatbot.settings import Settings, load_settings


def test_what_is_kept_holds_where_nobody_else_says_anything(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_kept(home, {"temperature": 0.5, "passages": 4, "message_rate": "5/minute"})
    settings = load_settings()
    assert (settings.temperature, settings.passages, str(settings.message_rate)) == (0.5, 4, "5/minute")
    (tmp_path / "shop.toml").write_text("passages = 6\n")
    monkeypatch.setenv("CHATBOT_CONFIG", str(tmp_path / "shop.toml"))
    monkeypatch.setenv("CHATBOT_TEMPERATURE", "0.7")
    settings = load_settings()
    assert (settings.temperature, settings.passages) == (0.7, 6) and config_file().name == "shop.toml"
    assert load_settings(home=tmp_path / "other").temperature == 0.7 and set(CHANGEABLE) < set(Settings.model_fields)


@pytest.mark.parametrize("text", ["{", "[]", '{"port": 1}'])
def test_what_cannot_be_read_is_named(home: Path, text: str) -> None:
    home.mkdir()
    (home / FILE).write_text(text)
    with pytest.raises(SettingsError, match=r"settings\.json"):
        load_settings()


def test_a_value_that_no_longer_fits_is_named(home: Path) -> None:
    write_kept(home, {"temperature": 9})
    with pytest.raises(SettingsError, match="temperature = 9"):
        load_settings()
    assert read_kept(home) == {"temperature": 9}
