"""What cannot be served is refused before anything is loaded, in one line that says what to do."""

from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from transformers import PreTrainedTokenizerFast

from chatbot.dialogue.opening import open_session
from chatbot.engine_kinds import ENGINES
from chatbot.engines.base_model import NO_BASE, BaseModel, base_name, find_base_model
from chatbot.engines.loading import load_engine, refuse_unserved, served_base
from chatbot.engines.wanted import Wanted
from chatbot.errors import EngineError, UserError, WeightsError
from chatbot.records import Sampling
from chatbot.settings import Settings, load_settings
from chatbot.store import Store, open_store
from tests.tiny_gguf import write_tiny_gguf


@pytest.fixture
def store(home: Path) -> Store:
    return open_store(home / "chatbot.db")


def renamed(file: Path, architecture: str) -> Path:
    """A file that says it holds a model of another architecture, whose name is as long."""
    file.write_bytes(file.read_bytes().replace(b"llama", architecture.encode()))
    return file


def test_the_setting_names_the_engines_of_the_table() -> None:
    assert set(get_args(Settings.model_fields["engine"].annotation)) == {"auto", *ENGINES}


@pytest.mark.parametrize("name", ENGINES)
def test_an_engines_module_loads_what_is_wanted(name: str) -> None:
    load = import_module(ENGINES[name].module).load
    hints = get_type_hints(load)
    loaded = hints.pop("return")
    assert list(hints.values()) == [Wanted]
    assert all(hasattr(loaded, member) for member in ("state", "available", "structured", "generate", "count_tokens"))


@pytest.mark.parametrize("name", [name for name, kind in ENGINES.items() if kind.weightless])
def test_an_engine_without_weights_asks_for_no_base(name: str, store: Store) -> None:
    settings = load_settings(engine=name, base_model="missing.gguf")
    version = store.versions.add_version("lamps", "other-base", "0" * 64, None, None)
    assert served_base(settings) is NO_BASE
    for asked in ("base", version.name):
        engine = load_engine(settings, NO_BASE, store, asked)
        assert engine.version == asked
        assert list(engine.generate([{"role": "user", "content": "- Hi"}], Sampling())) == ["Hi"]


def test_an_engine_with_weights_asks_for_its_base(home: Path, tmp_path: Path) -> None:
    file = write_tiny_gguf(tmp_path / "tiny.gguf", "llama")
    assert served_base(load_settings(engine="openvino", base_model=str(file))).source == file
    with pytest.raises(WeightsError, match=r"missing\.gguf"):
        served_base(load_settings(base_model="missing.gguf"))


def test_an_architecture_that_the_engine_does_not_read_is_refused_at_once(home: Path, tmp_path: Path) -> None:
    file = renamed(write_tiny_gguf(tmp_path / "tiny.gguf", "llama"), "bloom")
    settings = load_settings(base_model=str(file), engine="openvino")
    base = find_base_model(settings.base_model, home)
    with pytest.raises(
        EngineError, match=r"tiny\.gguf holds a bloom model, and the openvino engine reads llama, qwen2"
    ):
        refuse_unserved(settings, base)
    with pytest.raises(EngineError, match="set `engine` to 'transformers'"):
        open_session(settings, open_store(home / "chatbot.db"))
    refuse_unserved(load_settings(base_model=str(file), engine="transformers"), base)


def test_a_context_longer_than_the_models_own_is_refused(home: Path, tmp_path: Path, store: Store) -> None:
    file = write_tiny_gguf(tmp_path / "tiny.gguf", "qwen2")
    settings = load_settings(base_model=str(file), context_tokens=513)
    with pytest.raises(EngineError, match=r"context_tokens = 513 is more than the 512 tokens .* set it to 512 or less"):
        load_engine(settings, find_base_model(settings.base_model, home), store, "base")


def test_a_version_of_another_base_is_refused_by_name(home: Path, tmp_path: Path, store: Store) -> None:
    version = store.versions.add_version("lamps", "other-base", "0" * 64, None, None)
    settings = load_settings(base_model="smollm2-135m-instruct")
    base = find_base_model(settings.base_model, home)
    with pytest.raises(EngineError) as raised:
        load_engine(settings, base, store, version.name)
    said = str(raised.value)
    assert version.name in said and "'other-base'" in said and "'smollm2-135m-instruct'" in said
    assert "set `base_model` back, or fine-tune this one" in said


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (None, "has no chat template"),
        ("{{ raise_exception('no system role') }}", r"fails \(no system role\)"),
        ("{{ messages[1]['content'] }} {{ messages[-1]['content'] }}", "leaves out the rule"),
        ("Rule Question", "leaves out a reply after its prompt"),
        (
            "{% for m in messages %}{{ m['content'] }} {% endfor %}{% if add_generation_prompt %}Now{% endif %}",
            "leaves out a reply after its prompt",
        ),
    ],
)
def test_a_template_of_no_use_is_refused(template: str | None, said: str, real_home: Path, tmp_path: Path) -> None:
    packaged = find_base_model("smollm2-135m-instruct", real_home)
    tokenizer: Any = PreTrainedTokenizerFast.from_pretrained(packaged.folder / "tokenizer")
    tokenizer.chat_template = template
    folder = tmp_path / "model"
    tokenizer.save_pretrained(folder)
    (folder / "config.json").write_text('{"model_type": "llama"}')
    base = BaseModel("odd", "0" * 64, folder, tmp_path / "models")
    with pytest.raises(WeightsError, match=said) as raised:
        base.encode([{"role": "user", "content": "Hi"}])
    assert isinstance(raised.value, UserError) and "base 'odd'" in str(raised.value)


def test_the_packaged_template_is_of_use(real_home: Path) -> None:
    tokenizer = find_base_model("smollm2-135m-instruct", real_home).tokenizer
    assert tokenizer.decode([tokenizer.eos_token_id]) == "<|im_end|>"


def test_a_base_is_known_by_one_name_before_and_after_it_is_found(home: Path, tmp_path: Path) -> None:
    file = write_tiny_gguf(tmp_path / "Tiny.gguf", "llama")
    assert base_name(str(file)) == find_base_model(str(file), home).name == "tiny"
    assert base_name("smollm2-135m-instruct") == "smollm2-135m-instruct"
    assert base_name("Some/Model-1B") == "some--model-1b"
