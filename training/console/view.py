"""The pieces of the operators' page as HTML; everything that people wrote is escaped here.

They stand in `templates/operate.html`, the style in `operate.css`; `words` finds what they show.
"""

from pathlib import Path
from types import ModuleType
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from training.console import words

TEMPLATES = Path(__file__).parent / "templates"
STYLE = f"<style>{(TEMPLATES / 'operate.css').read_text(encoding='utf-8')}</style>"


def differences(row: words.VersionRow, against: words.VersionRow | None) -> list[dict[str, Any]]:
    """The paired differences of a verdict, each with its interval as text and its place between -1 and 1."""
    found = row.version.gate.get("differences") or {}
    lines = []
    if "log_likelihood_per_token" in found:
        ours, theirs = (f"perplexity {one.perplexity:.2f}" if one and one.perplexity else "–" for one in (row, against))
        difference = found["log_likelihood_per_token"]
        lines.append(_line("Likelihood of the right replies", ours, theirs, difference, "nats a token"))
    if "pass_rate" in found:
        lines.append(_line("All cases", _all_passed(row), _all_passed(against), found["pass_rate"]))
    for suite, difference in found.get("suites", {}).items():
        lines.append(_line(spoken(suite), passed(row, suite), passed(against, suite), difference))
    return [line | {"places": _places(line, lines)} for line in lines]


def spoken(suite: str) -> str:
    """A suite's name for people to read."""
    return suite.replace("_", " ").capitalize()


def passed(row: words.VersionRow | None, suite: str) -> str:
    """How many cases of a suite pass."""
    measured = row.suites.get(suite) if row else None
    return f"{measured['passed']}/{measured['cases']}" if measured else "–"


def _all_passed(row: words.VersionRow | None) -> str:
    suites = row.suites.values() if row else []
    return f"{sum(s['passed'] for s in suites)}/{sum(s['cases'] for s in suites)}" if suites else "–"


def _line(label: str, ours: str, theirs: str, difference: dict[str, Any], unit: str = "points") -> dict[str, Any]:
    numbers = [float(difference[key]) for key in ("low", "value", "high")]
    low, value, high = (f"{n * 100:+.1f}" if unit == "points" else f"{n:+.3f}" for n in numbers)
    text = f"{value} [{low}, {high}]".replace("-", "−")
    verdict = "better" if numbers[0] > 0 else "worse" if numbers[2] < 0 else ""
    return {
        **{"label": label, "ours": ours, "theirs": theirs, "text": text},
        **{"unit": unit, "verdict": verdict, "numbers": numbers},
    }


def _places(line: dict[str, Any], lines: list[dict[str, Any]]) -> list[float]:
    """Where low, value and high stand on a line of 100 whose middle is no difference; a unit has one scale."""
    reach = max(abs(number) for other in lines if other["unit"] == line["unit"] for number in other["numbers"])
    return [round(50 + 46 * number / (reach or 1), 1) for number in line["numbers"]]


def _pieces() -> ModuleType:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
    environment.filters |= {
        "moment": words.moment,
        "count": words.count,
        "spoken": spoken,
        "named": words.named,
        "name": lambda name: "The base model" if name == "base" else name,
    }
    environment.globals |= {
        "given": words.GIVEN,
        "pace": words.pace,
        "passed": passed,
        "who": words.who,
    }
    return environment.get_template("operate.html").module  # type: ignore[return-value]


_module = _pieces()


def render(piece: str, *values: Any) -> str:
    """The HTML of one macro; braces are escaped too, as `gr.HTML` would read them as its own."""
    html: Markup = getattr(_module, piece)(*values)
    return str(html).replace("{", "&#123;").replace("}", "&#125;").replace("$", "&#36;").strip()
