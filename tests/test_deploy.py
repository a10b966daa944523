"""What is deployed is described without mistakes that a reader could find; nothing here builds an image."""

import configparser
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def test_the_image_runs_as_its_own_user_and_is_asked_whether_it_is_healthy() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stages = re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]
    assert len(stages) == 2
    assert re.search(r"^USER chatbot$", stages[1], re.MULTILINE)
    assert "HEALTHCHECK" in stages[1] and "/healthz" in stages[1]
    assert re.search(r"^VOLUME /state$", stages[1], re.MULTILINE)
    torch = re.search(r"torch==[\d.]+", text)
    assert torch and torch.group() in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_service_has_a_read_only_root_and_keeps_its_state() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["chatbot"]
    assert service["read_only"] is True
    assert service["volumes"] == ["state:/state"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_the_unit_starts_a_program_of_the_wheel() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "deploy" / "chatbot.service")
    program = Path(unit["Service"]["ExecStart"]).name
    assert f"\n{program} = " in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert unit["Service"]["Environment"] == f"CHATBOT_HOME=/var/lib/{unit['Service']['StateDirectory']}"
