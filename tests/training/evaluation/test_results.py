"""An evaluation as JSON, and read back."""

import json

from training.evaluation.intervals import Interval
from training.evaluation.results import Evaluation, Judged, SuiteResult

CASE = Judged("facts", "facts-1", "30 days.", True, 0.91, -3.2, 4, 3, "answer", "passed", ["returns-2"], 0.7)
FOUND = Evaluation(
    "lamps-v0001-ab12cd34",
    {"facts": SuiteResult(1, 1, {"pass_rate": Interval(1.0, 0.2, 1.0), "answer_similarity": Interval(0.9, 0.9, 0.9)})},
    {"perplexity": 2.2, "token_accuracy": None, "answer_similarity": Interval(0.91, 0.91, 0.91)},
    12.5,
    [CASE],
)


def test_metrics_stand_under_their_names() -> None:
    assert FOUND.summary == {
        "version": "lamps-v0001-ab12cd34",
        "suites": {
            "facts": {
                "cases": 1,
                "passed": 1,
                "pass_rate": {"value": 1.0, "low": 0.2, "high": 1.0},
                "answer_similarity": {"value": 0.9, "low": 0.9, "high": 0.9},
            }
        },
        "perplexity": 2.2,
        "token_accuracy": None,
        "answer_similarity": {"value": 0.91, "low": 0.91, "high": 0.91},
        "seconds": 12.5,
    }


def test_what_was_written_is_read_back() -> None:
    assert Evaluation.from_dict(json.loads(json.dumps(FOUND.as_dict()))) == FOUND
