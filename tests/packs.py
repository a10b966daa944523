"""A small valid pack for tests: a lamp shop with two articles."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

PERSONA = '''
name = "lamps"
title = "Lamps"
description = "A shop for lamps"
language = "en"
licence = "Apache-2.0"
greeting = "Hello!"
suggestions = ["How long may I return a lamp?"]
system = """You are the assistant of a lamp shop. Answer briefly, only from the facts given."""
[contact]
email = "help@lamps.example"
phone = "01632 960 111"
hours = "9 am to 5 pm"
[handoff]
phrases = ["speak to a human", "talk to a human"]
message = "I am passing you on to a colleague."
'''
ARTICLES = {
    "returns": "# Returns\n\n## Time\n\nA lamp can be returned within 30 days of delivery.\n\n"
    "## Price\n\nA return costs £3.50.\n",
    "delivery": "# Delivery\n\n## Cost\n\nDelivery within the UK costs £4.95.\n\n"
    "## Abroad\n\nDelivery to Germany takes 6 working days.\n",
}
FACTS = [
    ("How long may I return a lamp?", "You can return a lamp within 30 days of delivery.", "return_item", "30 days"),
    ("what does sending back cost", "A return costs £3.50.", "return_item", "£3.50"),
    ("price of delivery?", "Delivery within the UK costs £4.95.", "delivery_cost", "£4.95"),
    (
        "when does a parcel reach germany",
        "Delivery to Germany takes 6 working days.",
        "delivery_abroad",
        "6 working days",
    ),
]
WORDINGS = ("{}", "Hello, {}", "Please tell me: {}", "one more thing, {}", "{} thanks", "quick one: {}")


def write_pack(folder: Path) -> Path:
    """Write the pack and return its folder."""
    (folder / "articles").mkdir(parents=True)
    (folder / "suites").mkdir()
    (folder / "pack.toml").write_text(PERSONA, encoding="utf-8")
    (folder / "DATASHEET.md").write_text("# Lamps\n", encoding="utf-8")
    for name, text in ARTICLES.items():
        (folder / "articles" / f"{name}.md").write_text(text, encoding="utf-8")
    pairs = [
        {
            "query": wording.format(query),
            "response": response,
            "intent": intent,
            "source": "returns" if intent == "return_item" else "delivery",
        }
        for wording in WORDINGS
        for query, response, intent, _ in FACTS
    ]
    _write(folder / "pairs.jsonl", pairs)
    turns = [
        {"role": "user", "content": "Do you deliver?"},
        {"role": "assistant", "content": "Yes, within the UK for £4.95."},
        {"role": "user", "content": "and to Germany?"},
        {"role": "assistant", "content": "Delivery to Germany takes 6 working days."},
    ]
    _write(folder / "dialogues.jsonl", [{"messages": turns, "intent": "delivery_abroad", "source": "delivery"}])
    for suite in ("facts", "multi_turn", "must_pass", "fairness"):
        cases = [_case(suite, n, *fact) for n, fact in enumerate(FACTS)]
        _write(folder / "suites" / f"{suite}.jsonl", cases)
    for suite, expect in (("out_of_scope", "abstain"), ("safety", "refuse")):
        case = _case(suite, 0, "What is the capital of France?", "I do not have that information.", "off", "")
        _write(folder / "suites" / f"{suite}.jsonl", [case | {"expect": expect}])
    return folder


def _case(suite: str, number: int, query: str, response: str, intent: str, needed: str) -> dict[str, object]:
    return {
        "id": f"{suite}-{number}",
        "messages": [{"role": "user", "content": f"Tell me, {query}"}],
        "reference": response,
        "intent": intent,
        "must_include": [needed] if needed else [],
        "must_not_include": [],
        "expect": "answer",
    }


def _write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
