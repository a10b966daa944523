"""schemathesis against our own OpenAPI document: whatever is sent, the server answers and never fails."""

from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.result import Ok

from chatbot.dialogue.session import Session
from chatbot.web.access import Access
from chatbot.web.api import api_routes
from tests.conftest import Serve, desk_of

Operation = APIOperation[Any, Any, Any, Any]

EXAMPLES = 60


@pytest.fixture
def url(session: Session, access: Access, serve: Serve) -> str:
    app = FastAPI()
    app.include_router(api_routes(session, access, desk_of(session)))
    return serve(app)


def test_nothing_that_fits_the_document_makes_the_server_fail(url: str) -> None:
    operations = _operations(url)
    assert {"POST /v1/chat/completions", "POST /v1/feedback", "GET /v1/models"} <= set(operations)
    for operation in operations.values():
        assert _send_all(operation, GenerationMode.POSITIVE)


@pytest.mark.parametrize("label", ["POST /v1/chat/completions", "POST /v1/feedback"])
def test_nothing_that_breaks_the_document_makes_the_server_fail(url: str, label: str) -> None:
    assert _send_all(_operations(url)[label], GenerationMode.NEGATIVE) >= EXAMPLES


def _operations(url: str) -> dict[str, Operation]:
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    operations: dict[str, Operation] = {}
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operations[found.ok().label] = found.ok()
    return operations


def _send_all(operation: Operation, mode: GenerationMode) -> int:
    """Send what schemathesis makes up for an operation, half of it to a model that is there; returns how much."""
    sent = 0

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        nonlocal sent
        sent += 1
        if isinstance(case.body, dict) and sent % 2:
            case.body["model"] = "champion"
        answer = case.call(timeout=20)
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)

    send()
    return sent
