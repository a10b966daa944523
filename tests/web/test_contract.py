"""schemathesis against our own OpenAPI document: whatever is sent, the server answers and never fails."""

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case, GenerationMode

from chatbot.web.api import api_routes

EXAMPLES = 60


@pytest.fixture
def url(session, access, serve) -> str:
    app = FastAPI()
    app.include_router(api_routes(session, access))
    return serve(app)


def test_nothing_that_fits_the_document_makes_the_server_fail(url: str) -> None:
    operations = _operations(url)
    assert {"POST /v1/chat/completions", "POST /v1/feedback", "GET /v1/models"} <= set(operations)
    for operation in operations.values():
        assert _send_all(operation, GenerationMode.POSITIVE)


@pytest.mark.parametrize("label", ["POST /v1/chat/completions", "POST /v1/feedback"])
def test_nothing_that_breaks_the_document_makes_the_server_fail(url: str, label: str) -> None:
    assert _send_all(_operations(url)[label], GenerationMode.NEGATIVE) >= EXAMPLES


def _operations(url: str) -> dict[str, APIOperation]:
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


def _send_all(operation: APIOperation, mode: GenerationMode) -> int:
    """Send what schemathesis makes up for an operation, half of it to a model that is there; returns how much."""
    sent = 0

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case) -> None:
        nonlocal sent
        sent += 1
        if isinstance(case.body, dict) and sent % 2:
            case.body["model"] = "champion"
        answer = case.call(timeout=20)
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)

    send()
    return sent
