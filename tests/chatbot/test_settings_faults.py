"""Faults of settings are told with the name and the value."""

import pytest
from pydantic import BaseModel, ValidationError

from chatbot.settings_faults import explained, misspelt


class Few(BaseModel, extra="forbid"):
    """One setting."""

    port: int = 1


def test_all_faults_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_PROT", "2")
    assert misspelt(["port", "home", "base_model"]) == ["CHATBOT_PROT: no such setting (docs/config.md lists them)"]
    with pytest.raises(ValidationError) as caught:
        Few.model_validate({"port": "x", "prot": 2})
    port, prot = explained(caught.value)
    assert port.startswith("port = 'x': ") and prot == "prot: no such setting (docs/config.md lists them)"
