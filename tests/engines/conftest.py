"""A real llama.cpp server, and the remote engine on it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatbot.engines.base_model import find_base_model
from chatbot.engines.remote import RemoteEngine
from chatbot.engines.remote_servers import Limits

LLAMA = """
import sys
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.port = sys.argv[1], int(sys.argv[2])
params.hostnames = ["127.0.0.1"]
params.n_ctx, params.n_parallel, params.endpoint_slots = 4096, 4, True
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


@contextmanager
def llama(home: Path, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A llama.cpp server with the packaged base model in a process of its own: its address and the process."""
    gguf = find_base_model("smollm2-135m-instruct", home).gguf
    assert gguf is not None
    command = [sys.executable, "-c", LLAMA, str(gguf), str(port)]
    log = home / f"llama-{time.monotonic_ns()}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        )
        assert process.stdout is not None
        try:
            address = next((line.strip() for line in process.stdout if line.startswith("http")), "")
            assert address, f"no llama.cpp server (pip install xllamacpp): {log.read_text()[-500:]}"
            yield address, process
        finally:
            process.kill()
            process.wait(10)
            process.communicate()


@pytest.fixture(scope="session")
def server(real_home: Path) -> Iterator[str]:
    with llama(real_home) as (address, _):
        yield address


@pytest.fixture(scope="session")
def remote(server: str, real_home: Path) -> Iterator[RemoteEngine]:
    base = find_base_model("smollm2-135m-instruct", real_home)
    engine = RemoteEngine(
        [server],
        "smollm2",
        "base",
        count=lambda messages: len(base.encode(messages)),
        limits=Limits(read_seconds=300),
    )
    yield engine
    engine.close()
