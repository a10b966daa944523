"""The pieces of the operators' page as HTML; everything that people wrote is escaped here.

They stand in `templates/operate.html`, the style in `operate.css`; `words` finds what they show.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from training.console import words
from training.evaluation.intervals import Interval

TEMPLATES = Path(__file__).parent / "templates"
STYLE = f"<style>{(TEMPLATES / 'operate.css').read_text(encoding='utf-8')}</style>"


@dataclass(frozen=True)
class Difference:
    """A line of the verdict's table; `places` are where low, value and high stand on a line of 100."""

    label: str
    ours: str
    theirs: str
    interval: Interval
    unit: str = "points"
    places: tuple[float, ...] = ()

    @property
    def numbers(self) -> tuple[float, float, float]:
        """From low to high."""
        return self.interval.low, self.interval.value, self.interval.high

    @property
    def text(self) -> str:
        """The value with its bounds."""
        low, value, high = (f"{n * 100:+.1f}" if self.unit == "points" else f"{n:+.3f}" for n in self.numbers)
        return f"{value} [{low}, {high}]".replace("-", "−")

    @property
    def verdict(self) -> str:
        """Better or worse where that is proven."""
        return "better" if self.interval.low > 0 else "worse" if self.interval.high < 0 else ""


def differences(row: words.VersionRow, against: words.VersionRow | None) -> list[Difference]:
    """The paired differences of a verdict, each with its interval and its place between -1 and 1."""
    found = row.version.gate.get("differences", {})
    lines = []
    if "log_likelihood_per_token" in found:
        ours, theirs = (f"perplexity {one.perplexity:.2f}" if one and one.perplexity else "–" for one in (row, against))
        interval = Interval(**found["log_likelihood_per_token"])
        lines.append(Difference("Likelihood of the right replies", ours, theirs, interval, "nats a token"))
    if "pass_rate" in found:
        lines.append(Difference("All cases", _all_passed(row), _all_passed(against), Interval(**found["pass_rate"])))
    for suite, bounds in found.get("suites", {}).items():
        lines.append(Difference(spoken(suite), passed(row, suite), passed(against, suite), Interval(**bounds)))
    return [replace(line, places=_places(line, lines)) for line in lines]


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


def _places(line: Difference, lines: list[Difference]) -> tuple[float, ...]:
    """Where low, value and high stand on a line of 100 whose middle is no difference; a unit has one scale."""
    reach = max(abs(number) for other in lines if other.unit == line.unit for number in other.numbers)
    return tuple(round(50 + 46 * number / (reach or 1), 1) for number in line.numbers)


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


def render(piece: str, *values: object) -> str:
    """The HTML of one macro; braces are escaped too, as `gr.HTML` would read them as its own."""
    html: Markup = getattr(_module, piece)(*values)
    return str(html).replace("{", "&#123;").replace("}", "&#125;").replace("$", "&#36;").strip()
