"""Where settings come from, and how their faults are told."""

from pathlib import Path

import pytest

from chatbot.engine_kinds import ENGINES
from chatbot.errors import SettingsError
from chatbot.pack_folders import DATA
from chatbot.settings import load_settings


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "shop.toml"
    monkeypatch.setenv("CHATBOT_CONFIG", str(file))
    return file


def test_without_file_or_environment_the_defaults_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHATBOT_HOME")
    settings = load_settings()
    assert settings.home == Path(".chatbot")
    assert settings.database == Path(".chatbot/chatbot.db")
    assert (settings.pack, settings.engine, settings.port) == ("larkspur", "auto", 7860)
    assert settings.temperature == 0


def test_the_named_file_is_read(config: Path) -> None:
    config.write_text("port = 9000\ntemperature = 0.5\n")
    settings = load_settings()
    assert (settings.port, settings.temperature, settings.passages) == (9000, 0.5, 2)


def test_a_byte_order_mark_is_read_over(config: Path) -> None:
    config.write_bytes(b"\xef\xbb\xbfport = 7999\r\n")
    assert load_settings().port == 7999


def test_a_chatbot_toml_in_the_working_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "chatbot.toml").write_text("passages = 7\n")
    monkeypatch.chdir(tmp_path)
    assert load_settings().passages == 7


def test_the_environment_wins_over_the_file_and_arguments_over_both(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text("port = 9000\npassages = 7\nhost = '0.0.0.0'\n")
    monkeypatch.setenv("CHATBOT_PORT", "9001")
    monkeypatch.setenv("CHATBOT_PASSAGES", "5")
    settings = load_settings(passages=1)
    assert (settings.host, settings.port, settings.passages) == ("0.0.0.0", 9001, 1)


def test_all_faults_stand_in_one_message_with_key_and_value(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("prot = 9000\nmax_new_tokens = 'many'\nengine = 'onnx'\n")
    monkeypatch.setenv("CHATBOT_TEMPERATURE", "7")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    text = str(raised.value)
    assert "\n" not in text and "default" not in text, "what follows from a fault is none"
    for fault in ("prot: no such setting", "max_new_tokens = 'many'", "engine = 'onnx'", "temperature = '7'"):
        assert fault in text


@pytest.mark.parametrize(
    ("key", "value"),
    [("port", 70000), ("temperature", -0.1), ("top_p", 0), ("max_concurrent", 0), ("context_tokens", 10)],
)
def test_a_value_out_of_range_is_refused(key: str, value: float) -> None:
    with pytest.raises(SettingsError, match=f"{key} = {value}"):
        load_settings(**{key: value})


def test_a_misspelt_environment_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_PROT", "9000")
    monkeypatch.setenv("CHATBOT_PORT", "high")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert "CHATBOT_PROT: no such setting" in str(raised.value)
    assert "port = 'high'" in str(raised.value)


def test_a_named_file_that_is_missing_is_a_fault(config: Path) -> None:
    with pytest.raises(SettingsError, match=r"CHATBOT_CONFIG names '.*shop\.toml', which is not a file"):
        load_settings()


def test_broken_toml_is_told_with_its_file_and_line(config: Path) -> None:
    config.write_text("port = 9000\nhost = \n")
    with pytest.raises(SettingsError, match=r"shop\.toml.*not valid TOML.*line 2"):
        load_settings()


def test_a_file_that_is_no_text_is_told_with_its_name(config: Path) -> None:
    config.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"shop\.toml"):
        load_settings()


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


def test_of_an_engine_without_weights_nothing_is_quoted_or_read_unless_it_is_told() -> None:
    small = "smollm2-135m-instruct"
    assert load_settings(base_model=small).quotes and load_settings(base_model="a/b").reads
    assert {engine for engine in ("auto", *ENGINES) if load_settings(engine=engine).weightless} == {"scripted"}
    for base in (small, "a/b"):
        settings = load_settings(engine="scripted", base_model=base)
        assert not settings.quotes and not settings.reads
        assert load_settings(engine="scripted", base_model=base, replies="quote").quotes


def test_a_pack_is_a_name_under_data_or_a_folder_of_ones_own(tmp_path: Path) -> None:
    assert load_settings(pack="larkspur").pack_folder == DATA / "larkspur"
    assert load_settings(pack=str(tmp_path)).pack_folder == tmp_path
    assert load_settings(pack="packs/mine").pack_folder == Path("packs/mine")
