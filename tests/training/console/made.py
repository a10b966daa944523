"""Versions that are nothing but their rows, with what the gate found."""

from pathlib import Path

from chatbot.lineage import Bounds, GateVerdict, Version
from chatbot.store import Store
from chatbot.store.versions import BASE

ATTACK = "<script>alert('${1}')</script>"


def interval(value: float, spread: float) -> Bounds:
    """Bounds around a value."""
    return {"value": value, "low": value - spread, "high": value + spread}


def held(against: str, reason: str = f"worse on facts {ATTACK}") -> GateVerdict:
    """What the gate says of a version that it holds."""
    return {
        "decision": "hold",
        "against": against,
        "reasons": [reason],
        "differences": {
            "log_likelihood_per_token": interval(0.02, 0.05),
            "pass_rate": interval(-0.05, 0.02),
            "suites": {"facts": interval(-0.2, 0.1), "must_pass": interval(0.25, 0.05)},
        },
    }


def add_version(store: Store, gate: GateVerdict | None = None, facts: int = 7) -> Version:
    """A version that was measured."""
    version = store.versions.add_version("lamps", BASE, "ab12cd34", None, None)
    Path(version.path).mkdir(parents=True)
    suites = {"facts": {"cases": 10, "passed": facts}, "must_pass": {"cases": 4, "passed": 4}}
    store.versions.set_measures(version.name, {"suites": suites, "perplexity": 3.5})
    store.versions.set_gate(version.name, gate or {})
    return store.versions.get(version.name)
