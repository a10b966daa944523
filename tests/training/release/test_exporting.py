"""What goes out runs elsewhere and says the same; what comes in fits the base, or is refused in one line."""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
import torch
from safetensors.torch import load_file, save_file

from chatbot.commands import run_command
from chatbot.engines.base_model import BaseModel, encode_chat, find_base_model
from chatbot.engines.openvino import OpenVinoEngine
from chatbot.records import ChatMessage, Sampling
from chatbot.settings import Settings, load_settings
from chatbot.store import Store, open_store
from tests.packs import write_pack
from training.__main__ import commands
from training.commands.release import export
from training.finetuning.lora import attach_adapter, load_for_training
from training.finetuning.recipe import Recipe
from training.release.exporting import FORMATS, export_version
from training.release.importing import register_adapter
from training.release.naming import is_base, upstream_name

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CommandLine = Callable[..., int]
SHORT, LONG = "What is the capital of France?", "List the planets of the solar system."
# Eight-bit arithmetic moves a log-likelihood by up to 0.12 nats on these prompts. All of the short reply leads by more
# than 0.2; in the long one four tokens lead by less, and only there may another machine or engine go its own way.
TOKENS, LEAD, ROUNDING = 24, 0.2, 0.3
WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
Q_DOWN = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"


@dataclass(frozen=True)
class Reply:
    """Token ids with their log-likelihoods, and how far each leads the next best."""

    tokens: list[int]
    likelihoods: list[float]
    leads: list[float]


@dataclass(frozen=True)
class Installation:
    """A home with the real base model, one registered version, and the adapter that it was made of."""

    settings: Settings
    store: Store
    base: BaseModel
    adapter: Path
    version: str

    @property
    def folder(self) -> Path:
        return Path(self.store.versions.get(self.version).path)


@pytest.fixture(scope="module")
def here(real_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    place = tmp_path_factory.mktemp("release")
    (place / "home").mkdir()
    (place / "home" / "models").symlink_to(real_home / "models")
    settings = load_settings(home=place / "home", pack=str(write_pack(place / "lamps")))
    base = find_base_model(settings.base_model, settings.home)
    adapter = random_adapter(base, place / "adapter", "q_proj,k_proj,down_proj")
    store = open_store(settings.database)
    version = register_adapter(settings, store, adapter, "operator:anna")
    return Installation(settings, store, base, adapter, version.name)


@pytest.fixture(scope="module")
def expected(here: Installation) -> dict[str, Reply]:
    """The greedy replies of the adapter on the base, through peft in float32."""
    from peft import PeftModel

    plain = here.base.load().eval()
    unadapted = greedy(plain, here.base, SHORT, 8)
    adapted = PeftModel.from_pretrained(plain, here.adapter).merge_and_unload().eval()
    replies = {question: greedy(adapted, here.base, question) for question in (SHORT, LONG)}
    assert replies[SHORT].tokens != unadapted.tokens, "the adapter of this test changes nothing"
    assert min(replies[SHORT].leads) > LEAD, "the short reply of this test hangs on rounding"
    assert len(replies[LONG].tokens) == TOKENS
    return replies


@pytest.fixture
def cli(here: Installation, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line of the installation, its exit code returned."""
    monkeypatch.setenv("CHATBOT_HOME", str(here.settings.home))
    monkeypatch.setenv("CHATBOT_PACK", here.settings.pack)
    return lambda *argv: run_command(commands, [str(word) for word in argv])


def random_adapter(base: BaseModel, folder: Path, targets: str) -> Path:
    torch.manual_seed(3)
    model = attach_adapter(load_for_training(base, "cpu"), Recipe(rank=8, dropout=0.0, targets=targets))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.03)
    model.save_pretrained(folder)
    return folder


def asked(question: str) -> list[ChatMessage]:
    return [{"role": "system", "content": "You answer."}, {"role": "user", "content": question}]


def greedy(model: "PreTrainedModel", base: BaseModel, question: str, tokens: int = TOKENS) -> Reply:
    ids = torch.tensor([base.encode(asked(question))])
    with torch.inference_mode():
        out = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=tokens,
            do_sample=False,
            return_dict_in_generate=True,
            output_logits=True,
        )
    best = [step[0].float().log_softmax(-1).topk(2).values.tolist() for step in out.logits]
    return Reply(
        out.sequences[0, ids.shape[1] :].tolist(), [first for first, _ in best], [first - next for first, next in best]
    )


def said_by_llama_cpp(gguf: Path, prompts: dict[str, list[int]]) -> dict[str, tuple[list[int], list[float]]]:
    """The greedy replies of llama.cpp: token ids and their log-likelihoods."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(gguf)
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 256, 1, 2
    params.warmup, params.ui, params.verbosity = False, False, -1
    server = xllamacpp.Server(params)
    replies = {}
    try:
        for question, prompt in prompts.items():
            body = {"prompt": prompt, "max_tokens": TOKENS, "temperature": 0, "repeat_penalty": 1.0, "logprobs": 1}
            tokens = server.handle_completions(body)["choices"][0]["logprobs"]["content"]
            replies[question] = [token["id"] for token in tokens], [token["logprob"] for token in tokens]
    finally:
        del server
    return replies


def common(ours: list[int], theirs: list[int]) -> int:
    """How many tokens two replies begin with together."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((n for n, (our, their) in pairs if our != their), min(len(ours), len(theirs)))


def test_the_gguf_file_says_the_same_in_llama_cpp(
    here: Installation,
    expected: dict[str, Reply],
    cli: CommandLine,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "far" / "lamps.gguf"
    assert cli("export", here.version, "--format", "gguf", "--out", out, "--json") == 0
    written = json.loads(capsys.readouterr().out)
    assert written["path"] == str(out) and written["bytes"] == out.stat().st_size
    assert {file.name for file in out.parent.iterdir()} == {"lamps.gguf", "lamps.md"}
    assert digest(out) == digest(here.folder / "model.gguf")
    card = (out.parent / "lamps.md").read_text()
    assert here.version in card and "llama-server -m lamps.gguf" in card and "trained elsewhere" in card
    replies = said_by_llama_cpp(out, {question: here.base.encode(asked(question)) for question in expected})
    assert replies[SHORT][0] == expected[SHORT].tokens
    same = common(replies[LONG][0], expected[LONG].tokens)
    assert same == TOKENS or expected[LONG].leads[same] < LEAD
    for question, (tokens, likelihoods) in replies.items():
        same = common(tokens, expected[question].tokens)
        assert likelihoods[:same] == pytest.approx(expected[question].likelihoods[:same], abs=ROUNDING)


def test_the_merged_file_says_the_same_where_it_is_served(here: Installation, expected: dict[str, Reply]) -> None:
    engine = OpenVinoEngine(here.folder / "model.gguf", here.base, here.version)
    try:
        said = "".join(engine.generate(asked(SHORT), Sampling(max_new_tokens=TOKENS, repetition_penalty=1.0)))
    finally:
        engine.close()
    assert said == here.base.tokenizer.decode(expected[SHORT].tokens, skip_special_tokens=True)


def test_the_merged_folder_says_the_same_in_transformers(
    here: Installation, expected: dict[str, Reply], tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    out = tmp_path / "merged"
    export_version(here.settings, here.store, here.version, "merged", out)
    tokenizer = AutoTokenizer.from_pretrained(out)
    assert encode_chat(tokenizer, asked(LONG)) == here.base.encode(asked(LONG))
    assert greedy(AutoModelForCausalLM.from_pretrained(out).eval(), here.base, LONG).tokens == expected[LONG].tokens
    assert here.version in (out / "README.md").read_text()
    assert str(here.settings.home) not in (out / "config.json").read_text()


def test_an_adapter_goes_out_and_comes_back(
    here: Installation, cli: CommandLine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "adapter"
    assert cli("export", here.version, "--format", "peft", "--out", out) == 0
    assert {file.name for file in out.iterdir()} == {WEIGHTS, CONFIG, "README.md"}
    assert json.loads((out / CONFIG).read_text())["base_model_name_or_path"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    capsys.readouterr()
    assert cli("register", out, "--json") == 0
    name = json.loads(capsys.readouterr().out)["version"]
    back = here.store.versions.get(name)
    assert name != here.version and name.rpartition("-")[2] == here.version.rpartition("-")[2]
    assert here.store.versions.alias("candidate") == name and back.run is None
    ours, theirs = load_file(here.folder / "adapter" / WEIGHTS), load_file(Path(back.path) / "adapter" / WEIGHTS)
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)
    assert digest(Path(back.path) / "model.gguf") == digest(here.folder / "model.gguf")
    origin = json.loads((Path(back.path) / "facts.json").read_text())["origin"]
    assert origin["folder"] == str(out) and origin["sha256"] == digest(out / WEIGHTS)
    assert str(out) in (Path(back.path) / "README.md").read_text()


def test_the_exported_adapter_loads_with_peft(here: Installation, tmp_path: Path) -> None:
    from peft import PeftModel

    export_version(here.settings, here.store, here.version, "peft", tmp_path / "out")
    model = PeftModel.from_pretrained(here.base.load(), tmp_path / "out")
    kept = {name.replace(".default", ""): value for name, value in model.named_parameters() if ".lora_" in name}
    original = load_file(here.adapter / WEIGHTS)
    assert kept.keys() == original.keys() and all(torch.equal(kept[key], original[key]) for key in kept)


def test_a_registered_adapter_is_evaluated_and_promoted_like_any_version(
    here: Installation, cli: CommandLine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATBOT_ENGINE", "scripted")
    suite = Path(here.settings.pack) / "suites" / "must_pass.jsonl"
    assert cli("evaluate", here.version, "--suite", suite, "--json") == 0
    assert json.loads(capsys.readouterr().out)["perplexity"] > 1
    assert dict(here.store.versions.get(here.version).measures)["version"] == here.version
    assert cli("promote", here.version) == 0
    assert here.store.versions.resolve("champion") == here.version
    assert cli("rollback") == 0


def test_bfloat16_weights_are_kept_as_float32(here: Installation, tiny: Installation, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny.adapter, tmp_path / "half")
    halves = {name: tensor.bfloat16() for name, tensor in load_file(folder / WEIGHTS).items()}
    save_file(halves, folder / WEIGHTS)
    version = register_adapter(tiny.settings, tiny.store, folder, "operator:anna")
    kept = load_file(Path(version.path) / "adapter" / WEIGHTS)
    assert all(torch.equal(kept[name], halves[name].float()) for name in halves)


@pytest.fixture(scope="module")
def tiny(tiny_base: BaseModel, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation whose base is a folder in Hugging Face format."""
    place = tmp_path_factory.mktemp("tiny-release")
    settings = load_settings(
        home=place / "home", pack=str(write_pack(place / "lamps")), base_model=str(tiny_base.source)
    )
    adapter = random_adapter(tiny_base, place / "adapter", "all-linear")
    store = open_store(settings.database)
    return Installation(
        settings, store, tiny_base, adapter, register_adapter(settings, store, adapter, "operator:anna").name
    )


def test_a_base_in_hugging_face_format_has_no_gguf_file(
    tiny: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATBOT_HOME", str(tiny.settings.home))
    monkeypatch.setenv("CHATBOT_BASE_MODEL", tiny.settings.base_model)
    for name in ("base", tiny.version):
        said = refused(capsys, "export", name, "--format", "gguf", "--out", tmp_path / "out.gguf")
        assert "has no GGUF file" in said and "'merged'" in said
    assert list(tmp_path.iterdir()) == []
    export_version(tiny.settings, tiny.store, "base", "merged", tmp_path / "base")
    assert isinstance(tiny.base.source, Path)
    ours = load_file(tiny.base.source / "model.safetensors")
    theirs = load_file(tmp_path / "base" / "model.safetensors")
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)
    assert "untouched" in (tmp_path / "base" / "README.md").read_text()


def test_the_base_itself_goes_out(here: Installation, tmp_path: Path) -> None:
    export_version(here.settings, here.store, "base", "gguf", tmp_path / "base.gguf")
    assert here.base.gguf is not None and digest(tmp_path / "base.gguf") == digest(here.base.gguf)
    assert here.base.digest[:16] in (tmp_path / "base.md").read_text()


@pytest.mark.parametrize(
    ("version", "format", "out", "said"),
    [
        ("base", "peft", "out", "no adapter"),
        ("base", "gguf", "taken.gguf", "exists already"),
        ("base", "gguf", "beside.gguf", "beside.md"),
        ("base", "merged", "folder", "exists already"),
        ("base", "gguf", "model.bin", ".gguf"),
        ("v9", "gguf", "out.gguf", "'v9'"),
        ("base", "onnx", "out", "onnx"),
    ],
)
def test_an_export_that_cannot_be_is_refused(
    cli: CommandLine,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    version: str,
    format: str,
    out: str,
    said: str,
) -> None:
    (tmp_path / "taken.gguf").write_text("mine")
    (tmp_path / "beside.md").write_text("mine")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.iterdir())
    assert said in refused(capsys, "export", version, "--format", format, "--out", tmp_path / out)
    assert sorted(tmp_path.iterdir()) == before and (tmp_path / "taken.gguf").read_text() == "mine"


def test_a_version_of_another_base_is_refused(
    here: Installation,
    tiny: Installation,
    cli: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CHATBOT_BASE_MODEL", tiny.settings.base_model)
    said = refused(capsys, "export", here.version, "--format", "merged", "--out", tmp_path / "out")
    assert "'smollm2-135m-instruct'" in said
    assert "was made for base" in refused(capsys, "register", here.adapter)


def configured(**values: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        config = json.loads((folder / CONFIG).read_text())
        (folder / CONFIG).write_text(json.dumps(config | values))

    return change


def weighed(change: Callable[[dict[str, torch.Tensor]], object]) -> Callable[[Path], None]:
    def rewrite(folder: Path) -> None:
        tensors = load_file(folder / WEIGHTS)
        change(tensors)
        save_file(tensors, folder / WEIGHTS)

    return rewrite


def truncate(folder: Path) -> None:
    content = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(content[: len(content) // 2])


TARGETS = ["q_proj", "k_proj", "down_proj"]
BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (shutil.rmtree, "does not exist"),
    "no weights": (lambda folder: (folder / WEIGHTS).unlink(), WEIGHTS),
    "truncated weights": (truncate, "truncated"),
    "no configuration": (lambda folder: (folder / CONFIG).unlink(), CONFIG),
    "broken configuration": (lambda folder: (folder / CONFIG).write_text("{"), "not valid JSON"),
    "another kind": (configured(peft_type="LOHA"), "'LOHA'"),
    "DoRA": (configured(use_dora=True), "use_dora"),
    "whole modules": (configured(modules_to_save=["lm_head"]), "modules_to_save"),
    "a scale for each layer": (configured(alpha_pattern={"q_proj": 4}), "alpha_pattern"),
    "biases": (configured(bias="all"), "bias = 'all'"),
    "a changed base": (configured(init_lora_weights="pissa"), "'pissa'"),
    "a kind to come": (configured(use_foolora=True), "use_foolora"),
    "no rank": (configured(r=None), "r = None"),
    "another base": (configured(base_model_name_or_path="Qwen/Qwen2.5-0.5B-Instruct"), "Qwen/Qwen2.5-0.5B-Instruct"),
    "the base before its tuning": (configured(base_model_name_or_path="HuggingFaceTB/SmolLM2-135M"), "SmolLM2-135M'"),
    "a target that is not there": (configured(target_modules=[*TARGETS, "visual"]), "'visual'"),
    "a head that is shared": (configured(target_modules=[*TARGETS, "lm_head"]), "lm_head"),
    "embeddings": (configured(target_modules=[*TARGETS, "embed_tokens"]), "embed_tokens"),
    "another size": (weighed(lambda tensors: tensors.update({Q_DOWN: torch.ones(8, 896)})), "(8, 896)"),
    "another rank": (configured(r=4), "another rank"),
    "lost tensors": (weighed(lambda tensors: tensors.pop(Q_DOWN)), "lacks"),
    "tensors too many": (configured(target_modules=["q_proj", "k_proj"]), "down_proj"),
    "a diverged training": (weighed(lambda tensors: tensors[Q_DOWN].fill_(float("nan"))), "not finite"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_adapter_that_does_not_fit_is_refused(
    here: Installation, cli: CommandLine, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    damage, said = BAD[case]
    folder = shutil.copytree(here.adapter, tmp_path / "adapter")
    damage(folder)
    before = [version.name for version in here.store.versions.all()]
    assert said in refused(capsys, "register", folder)
    assert [version.name for version in here.store.versions.all()] == before
    assert sorted(file.name for file in here.folder.parent.iterdir()) == sorted(before)


@pytest.mark.parametrize(
    ("stated", "same"),
    [
        ("HuggingFaceTB/SmolLM2-135M-Instruct", True),
        ("./SmolLM2-135M-Instruct", True),
        ("bartowski/smollm2-135m-instruct.Q4_K_M.gguf", True),
        ("/elsewhere/models/smollm2-135m-instruct-b179c952/weights", True),
        ("/elsewhere/models/smollm2-135m-instruct-00000000/weights", False),
        ("HuggingFaceTB/SmolLM2-360M-Instruct", False),
    ],
)
def test_a_base_is_known_by_its_names(here: Installation, stated: str, same: bool) -> None:
    assert is_base(stated, here.base, here.settings.base_model) is same


def test_a_base_on_the_hub_keeps_its_id(tmp_path: Path) -> None:
    base = BaseModel("qwen--qwen2.5-0.5b-instruct", "0" * 64, tmp_path, tmp_path / "models")
    setting = "Qwen/Qwen2.5-0.5B-Instruct"
    assert upstream_name(base, setting) == setting
    assert is_base(setting, base, setting) and not is_base("Qwen/Qwen2.5-1.5B-Instruct", base, setting)


def test_the_command_offers_every_format() -> None:
    option = next(parameter for parameter in export.params if parameter.name == "chosen")
    assert isinstance(option.type, click.Choice) and tuple(option.type.choices) == FORMATS


def refused(capsys: pytest.CaptureFixture[str], *argv: object) -> str:
    """The one line that a mistake gives."""
    assert run_command(commands, [str(word) for word in argv]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and err.startswith("error: ")
    return err


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
