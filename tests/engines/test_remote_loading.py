"""Versions on remote servers: an adapter is loaded before it answers, old ones are given up, faults are named."""

from pathlib import Path

import pytest

from chatbot.engines.base_model import find_base_model
from chatbot.engines.loading import load_engine
from chatbot.errors import EngineError
from chatbot.records import ChatMessage, Sampling
from chatbot.settings import Settings, load_settings
from chatbot.store import Store, open_store
from tests.conftest import Serve
from tests.fake_vllm import BASE, FakeVllm

ASKED: list[ChatMessage] = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "home" / "chatbot.db")


def settings(url: str, **more: object) -> Settings:
    return load_settings(engine="remote", remote_urls=[url], remote_model=BASE, **more)


def promoted(store: Store, digest: str) -> str:
    version = store.versions.add_version("lamps", "smollm2-135m-instruct", digest, None, None)
    store.versions.point("champion", version.name, "operator:olga")
    return version.name


def test_a_promoted_version_is_loaded_and_those_replaced_twice_are_given_up(
    store: Store, serve: Serve, real_home: Path
) -> None:
    fake, base = FakeVllm(), find_base_model("smollm2-135m-instruct", real_home)
    where = settings(serve(fake.app), remote_adapters=True)
    fake.adapters["somebody-elses"] = "/elsewhere"
    names = []
    for digest in ("aaaaaaaa", "bbbbbbbb", "cccccccc"):
        names.append(promoted(store, digest))
        engine = load_engine(where, base, store, names[-1])
        assert "".join(engine.generate(ASKED, Sampling(max_new_tokens=8))) == "a canned reply"
        assert fake.asked[-1]["model"] == engine.version == names[-1]
        assert engine.count_tokens(ASKED) == len(base.encode(ASKED))
        engine.close()
    assert set(fake.adapters) == {"somebody-elses", *names[1:]}


def test_the_base_is_asked_for_by_the_servers_name(store: Store, serve: Serve, real_home: Path) -> None:
    fake = FakeVllm()
    engine = load_engine(settings(serve(fake.app)), find_base_model("smollm2-135m-instruct", real_home), store, "base")
    assert "".join(engine.generate(ASKED, Sampling(max_new_tokens=8))) and fake.asked[-1]["model"] == BASE
    engine.close()


def test_what_is_missing_is_said(store: Store, real_home: Path) -> None:
    base = find_base_model("smollm2-135m-instruct", real_home)
    with pytest.raises(EngineError, match="set `remote_urls` and `remote_model`"):
        load_engine(load_settings(engine="remote"), base, store, "base")
    with pytest.raises(EngineError, match="with vLLM set `remote_adapters`"):
        load_engine(settings("http://127.0.0.1:9"), base, store, promoted(store, "aaaaaaaa"))
