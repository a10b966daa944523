"""What an answer other than 200 means for the next try."""

import httpx2
import pytest

from chatbot.engines.remote_reply import refusal
from chatbot.engines.remote_servers import Limits, Server


@pytest.mark.parametrize(
    ("status", "headers", "retry", "wait", "said"),
    [
        (429, {"retry-after": "3"}, True, 3.0, "answered 429: slow down"),
        (503, {}, True, 0.0, "answered 503"),
        (500, {}, False, 0.0, "answered 500"),
        (401, {}, False, 0.0, "set the API key"),
        (404, {}, False, 0.0, "lists them"),
    ],
)
def test_an_answer_says_whether_to_try_again(
    status: int, headers: dict[str, str], retry: bool, wait: float, said: str
) -> None:
    server = Server("http://gpu1:8000/v1", Limits())
    error = refusal(server, httpx2.Response(status, headers=headers), '{"error": {"message": "slow down"}}')
    assert (error.retry, error.wait) == (retry, wait)
    assert said in str(error) and str(error).startswith("http://gpu1:8000/v1 answered")
