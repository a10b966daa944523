"""The pieces of the operators' page as HTML, and its style; everything that people wrote is escaped here.

`console_words` finds what they show.
"""

from types import ModuleType
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from training import console_words

PIECES = """
{% macro header(person, title, live, champion, fault) %}
<header class="rv-header">
  <h1>Operate <small>{{ title }}</small></h1>
  <nav aria-label="Pages"><a href="/">Chat</a><a href="/review">Review</a>
    <a href="/operate" aria-current="page">Operate</a></nav>
  <span class="rv-who">{{ person.name }} <small>{{ person.role }}</small></span>
  <form method="post" action="/logout"><button>Sign out</button></form>
</header>
<p class="op-live" role="status"><i class="op-dot{{ ' op-wait' if champion != live }}"></i>
  <span><b>{{ live | name }}</b> answers now.
  {% if champion != live and not fault %}<b>{{ champion | name }}</b> takes over within seconds.{% endif %}</span></p>
{% if fault %}<p class="op-warning" role="alert">{{ fault }}. Roll back, or promote another version.</p>{% endif %}
{% endmacro %}

{% macro tally(title, counts) %}{% if counts %}
<table class="op-table op-small"><caption>{{ title }}</caption>
{% for reason, n in counts.items() | sort(attribute="1", reverse=true) %}
<tr><th scope="row">{{ reason }}</th><td>{{ "{:,}".format(n) }}</td></tr>{% endfor %}
</table>{% endif %}{% endmacro %}

{% macro waits(waiting) %}
<section aria-labelledby="op-waits-title"><h2 id="op-waits-title">What waits</h2>
{% if waiting.empty %}
<p class="op-none">{% if waiting.snapshot %}
<b>Nothing new since snapshot {{ waiting.snapshot }}</b>, {{ waiting.since | moment }}:
likes, dislikes and corrections appear here as people give them. <a href="/review">Review replies</a> to add some.
{% else %}<b>No feedback yet.</b> People rate replies in the <a href="/">chat</a>, agents correct them in
<a href="/review">review</a>. The first run learns from the pack itself.{% endif %}</p>
{% else %}
<p class="rv-quiet">{% if waiting.snapshot %}Since snapshot {{ waiting.snapshot }}, {{ waiting.since | moment }}{% else
%}Since the beginning; no snapshot was made yet{% endif %}</p>
<dl class="op-cards">{% for kind, label in given.items() %}{% set n = waiting.given[kind] %}
<div{% if not n %} class="op-zero"{% endif %}><dt>{{ label }}</dt><dd>{{ "{:,}".format(n) }}</dd></div>{% endfor %}</dl>
{% endif %}
{% set counts = waiting.counts %}
<h3>A snapshot made now</h3>
<p><b>{{ counts.train | count("row") }}</b> to learn from, <b>{{ counts.validation | count("row") }}</b> to validate on,
{{ counts.preferences | count("preference") }}, {{ counts.unpaired | count("unpaired rating") }}.</p>
<p class="rv-line">{% for origin, n in counts.origins.items() %}
<span class="rv-chip op-{{ origin }}">{{ n | count(origin) }}</span>{% endfor %}</p>
{% if counts.dropped or counts.redacted %}
<div class="op-tables">{{ tally("Left out", counts.dropped) }}
{{ tally("Personal data taken out", counts.redacted) }}</div>{% endif %}
</section>
{% endmacro %}

{% macro going(run, stopping) %}<h2>Retrain</h2>
{% set share = ((run.progress.fraction or 0) * 100) | round(1) %}
{% set phase = "stopping" if stopping else run.progress.phase or "starting" %}
<div class="op-run"><p class="op-split"><b role="status">{{ phase | capitalize }}</b>
<span>{{ share | round | int }} %</span></p>
<div class="op-bar" role="progressbar" aria-label="The run" aria-valuemin="0" aria-valuemax="100"
aria-valuenow="{{ share }}"><i style="width: {{ share }}%"></i></div>
<p class="rv-quiet">{{ pace(run) | join(" · ") }}</p>
<p class="rv-quiet">{% if stopping %}It ends after the step under way; its checkpoint is kept.{% else
%}Run {{ run.id }}, started by {{ who(run.actor) }}, {{ run.started_at | moment }}.
Stopping keeps the checkpoint.{% endif %}</p></div>
{% endmacro %}

{% macro over(plan, run, text, resumable) %}<h2>Retrain</h2>
<p>{{ plan }}</p>
{% if run %}{% set was = "was " if run.status in ("interrupted", "stopped") else "" %}
<div class="op-outcome op-{{ run.status }}"><b>The last run {{ was }}{{ run.status }}</b>
<span class="rv-quiet">{{ (run.finished_at or run.started_at) | moment }}, run {{ run.id }}</span>
<p>{{ text }}</p>
{% if resumable %}<p class="rv-quiet">The next run goes on from its checkpoint where feedback and recipe are the same;
otherwise a fresh run begins.</p>{% endif %}</div>
{% else %}<p class="rv-quiet">Nothing was trained here yet.</p>{% endif %}
{% endmacro %}

{% macro versions(rows, suites, selected, base) %}
<section aria-labelledby="op-versions-title"><h2 id="op-versions-title">Versions</h2>
<div class="op-scroll" tabindex="0" role="region" aria-label="All versions">
<table class="op-table op-stack op-versions">
<thead><tr><th scope="col">Version</th><th scope="col">Made</th><th scope="col">Snapshot</th>
{% for suite in suites %}<th scope="col">{{ suite | spoken }}</th>{% endfor %}
<th scope="col">Perplexity</th><th scope="col">Gate</th></tr></thead>
<tbody>{% for row in rows %}{% set version = row.version %}{% set chosen = version.name == selected %}
<tr{% if chosen %} class="op-chosen"{% endif %}><th scope="row">
<button type="button" data-id="{{ version.name }}"{% if chosen %} aria-current="true"{% endif %}>
{{- version.name | name }}</button>
{% for alias in row.aliases %}<span class="rv-badge op-{{ alias }}">{{ alias }}</span>{% endfor %}</th>
<td data-label="Made">{{ version.created_at | moment if version.created_at else base }}</td>
<td data-label="Snapshot">{{ version.snapshot or "–" }}</td>
{% for suite in suites %}<td data-label="{{ suite | spoken }}">{{ passed(row, suite) }}</td>{% endfor %}
<td data-label="Perplexity">{{ "%.2f" | format(row.perplexity) if row.perplexity else "–" }}</td>
<td data-label="Gate">{{ row.decision or "–" }}</td></tr>{% endfor %}</tbody></table></div>
{% if rows | length == 1 %}<p class="op-none"><b>No version was made yet.</b> Press Retrain:
the first one appears here, measured against the base model.</p>{% endif %}</section>
{% endmacro %}

{% macro verdict(row, lines) %}
{% set gate = row.version.gate %}
<section class="op-verdict" aria-labelledby="op-verdict-title">
<h3 id="op-verdict-title">{{ row.version.name | name }}
{% if gate.decision %}<span class="rv-badge op-{{ gate.decision }}">{{ row.decision }}</span>{% endif %}</h3>
{% if gate.decision %}
<p>Compared with {{ gate.against | named }} on the same cases:</p>
<ul>{% for reason in gate.reasons %}<li>{{ reason }}</li>{% endfor %}</ul>
<div class="op-scroll" tabindex="0" role="region" aria-label="Differences">
<table class="op-table op-stack op-differences">
<thead><tr><th scope="col">Measure</th><th scope="col">This version</th><th scope="col">{{ gate.against | name }}</th>
<th scope="col">Difference, 95 % interval</th><td></td></tr></thead>
<tbody>{% for line in lines %}<tr><th scope="row">{{ line.label }}</th>
<td data-label="This version">{{ line.ours }}</td><td data-label="{{ gate.against | name }}">{{ line.theirs }}</td>
<td data-label="Difference" class="{{ line.verdict }}"><span>{{ line.text }} <small>{{ line.unit }}</small></span></td>
<td><span class="op-range {{ line.verdict }}" aria-hidden="true">
<i style="left: {{ line.places[0] }}%; right: {{ 100 - line.places[2] }}%"></i>
<b style="left: {{ line.places[1] }}%"></b></span></td></tr>{% endfor %}
</tbody></table></div>
{% elif row.version.name == "base" %}
<p>The model as it was before any fine-tune. It answers when there is nothing else to roll back to.</p>
{% else %}
<p>The gate has not judged this version yet: <code>python -m training gate {{ row.version.name }}</code> does.</p>
{% endif %}</section>
{% endmacro %}

{% macro history(rows) %}
<section aria-labelledby="op-history-title"><h2 id="op-history-title">History</h2>
{% if rows %}<ol class="op-history">{% for row in rows %}<li><time>{{ row.when | moment }}</time>
<span><b>{{ row.who }}</b> {{ row.what }}</span></li>{% endfor %}</ol>
{% else %}<p class="op-none">Runs, promotions, approvals and handoffs are listed here as they happen.</p>
{% endif %}</section>
{% endmacro %}

{% macro question(text) %}<p class="op-question" role="alert">{{ text }}</p>{% endmacro %}
"""
STYLE = """<style>
#op-style { display: none; }
#op { max-width: 1240px; margin: 0 auto; gap: 1.6rem; color: var(--body-text-color);
h2 { font-size: 1.05rem; font-weight: 650; margin: 0 0 0.4rem; color: var(--body-text-color); }
h3 { font-size: 0.92rem; font-weight: 600; margin: 1rem 0 0.3rem; color: var(--body-text-color); }
.op-verdict h3 { margin-top: 0; }
p { margin: 0.3rem 0; } a { color: var(--accent); } .rv-header a { color: var(--quiet); }
.op-panel { border: 1px solid var(--line); border-radius: 14px; padding: 1.1rem 1.25rem; gap: 0.8rem; }
.html-container { padding: 0; } .op-buttons { justify-content: flex-start; gap: 0.6rem; }
.op-buttons button { flex: 0 1 auto !important; min-width: 9rem !important; font-size: 0.95rem;
  border: 1px solid var(--input-border-color); }
.op-buttons button.primary { border-color: transparent; }
.op-buttons button.stop { color: var(--danger); background: none; }
.op-live { display: flex; gap: 0.6rem; align-items: baseline; overflow-wrap: anywhere; }
.op-dot { flex: none; width: 0.6rem; height: 0.6rem; border-radius: 50%; background: var(--accent); }
.op-dot.op-wait { background: var(--warn); }
.op-warning, .op-question { border-left: 3px solid var(--warn); padding: 0.45rem 0.8rem; border-radius: 4px;
  overflow-wrap: anywhere; background: color-mix(in srgb, var(--warn) 11%, transparent); }
.op-none { color: var(--quiet); } .op-none b { color: var(--body-text-color); }
.op-cards { display: grid; grid-template-columns: repeat(4, 1fr); gap: 0.6rem; margin: 0.6rem 0; }
.op-cards div { display: flex; flex-direction: column-reverse; padding: 0.6rem 0.8rem; border-radius: 10px;
  background: var(--background-fill-secondary); }
.op-cards dt { font-size: 0.8rem; color: var(--quiet); }
.op-cards dd { margin: 0; font-size: 1.55rem; font-weight: 650; line-height: 1.2; }
.op-cards .op-zero dd { color: var(--quiet); font-weight: 400; }
.rv-chip.op-correction, .rv-chip.op-answer, .rv-chip.op-like { --tint: #2f8f5b; }
.rv-badge.op-champion, .rv-badge.op-promote { --tint: #2f8f5b; } .rv-badge.op-candidate { --tint: #2563a8; }
.rv-badge.op-hold { --tint: #b7791f; }
.op-tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 0.7rem 1.5rem;
  margin-top: 0.7rem; }
.op-table { border-collapse: collapse; width: 100%; font-size: 0.88rem; font-variant-numeric: tabular-nums;
  margin: 0; }
.op-table caption { text-align: left; font-weight: 600; padding-bottom: 0.15rem; }
.op-table th, .op-table td { text-align: left; padding: 0.45rem 0.7rem 0.45rem 0; border: 0;
  border-bottom: 1px solid var(--line); font-weight: 400; background: none; color: var(--body-text-color); }
.op-table thead th { font-size: 0.78rem; color: var(--quiet); white-space: nowrap; }
.op-small { align-self: start; } .op-small td { text-align: right; padding-right: 0; }
.op-small th { padding-left: 0; }
.op-scroll { overflow-x: auto; }
.op-versions th[scope=row] button { font: inherit; font-weight: 600; color: var(--accent); background: none;
  border: 0; padding: 0.2rem 0; margin-right: 0.5rem; cursor: pointer; text-align: left; white-space: nowrap; }
.op-versions th[scope=row] button:hover, .op-versions button[aria-current] { text-decoration: underline;
  text-underline-offset: 3px; }
.op-versions .op-chosen > * { background: color-mix(in srgb, var(--accent) 7%, transparent); }
.op-versions tr > :first-child { padding-left: 0.6rem; }
.op-verdict ul { margin: 0.2rem 0 0.8rem; padding-left: 1.2rem; list-style: disc !important; }
.op-differences small { color: var(--quiet); } .op-differences td { white-space: nowrap; }
.op-differences .better { color: var(--accent); } .op-differences .worse { color: var(--danger); }
.op-range { display: block; position: relative; min-width: 110px; height: 1em; color: var(--quiet);
  background: linear-gradient(var(--line), var(--line)) center / 1px 100% no-repeat; }
.op-range i { position: absolute; top: calc(50% - 1.5px); height: 3px; border-radius: 2px; background: currentColor;
  opacity: 0.55; }
.op-range b { position: absolute; top: calc(50% - 4px); width: 8px; height: 8px; margin-left: -4px;
  border-radius: 50%; background: currentColor; }
.op-split { display: flex; justify-content: space-between; gap: 1rem; }
.op-bar { height: 8px; border-radius: 8px; overflow: hidden;
  background: color-mix(in srgb, var(--quiet) 22%, transparent); }
.op-bar i { display: block; height: 100%; border-radius: 8px; background: var(--accent); }
.op-outcome { border-left: 3px solid var(--line); padding: 0 0 0 0.8rem; margin-top: 0.7rem;
  overflow-wrap: anywhere; }
.op-outcome.op-finished { border-color: var(--accent); } .op-outcome.op-failed { border-color: var(--danger); }
.op-outcome.op-interrupted, .op-outcome.op-stopped { border-color: var(--warn); }
.op-history { list-style: none !important; margin: 0 !important; padding: 0 !important; max-height: 26rem;
  overflow-y: auto; }
.op-history li { display: grid; grid-template-columns: 11rem 1fr; gap: 0.2rem 1rem; margin: 0; padding: 0.4rem 0;
  border-bottom: 1px solid var(--line); font-size: 0.88rem; overflow-wrap: anywhere; }
.op-history time { color: var(--quiet); } .op-history b { font-weight: 600; }
@media (max-width: 640px) {
  .op-cards { grid-template-columns: repeat(2, 1fr); } .op-history li { grid-template-columns: 1fr; }
  .op-stack thead { display: none; }
  .op-stack tr { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.1rem 1rem;
    padding: 0.6rem 0;
    border-bottom: 1px solid var(--line); }
  .op-stack tbody th, .op-stack tbody td { border: 0; padding: 0.05rem 0; }
  .op-stack tbody th, .op-differences td, td:is([data-label=Made], [data-label=Gate]) { grid-column: 1 / -1; }
  .op-stack td[data-label] { display: flex; justify-content: space-between; gap: 1rem; text-align: right;
    white-space: normal; }
  .op-stack td::before { content: attr(data-label); color: var(--quiet); text-align: left; overflow-wrap: break-word; }
  .op-stack tr > :first-child { padding-left: 0 !important; } .op-stack .op-chosen > * { background: none; }
  .op-differences th { font-weight: 600 !important; }
}
}
</style>"""


def differences(row: console_words.VersionRow, against: console_words.VersionRow | None) -> list[dict[str, Any]]:
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


def passed(row: console_words.VersionRow | None, suite: str) -> str:
    """How many cases of a suite pass."""
    measured = row.suites.get(suite) if row else None
    return f"{measured['passed']}/{measured['cases']}" if measured else "–"


def _all_passed(row: console_words.VersionRow | None) -> str:
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
    environment = Environment(autoescape=True, trim_blocks=True)
    environment.filters |= {
        "moment": console_words.moment,
        "count": console_words.count,
        "spoken": spoken,
        "named": console_words.named,
        "name": lambda name: "The base model" if name == "base" else name,
    }
    environment.globals |= {
        "given": console_words.GIVEN,
        "pace": console_words.pace,
        "passed": passed,
        "who": console_words.who,
    }
    return environment.from_string(PIECES).module  # type: ignore[return-value]


_module = _pieces()


def render(piece: str, *values: Any) -> str:
    """The HTML of one macro; braces are escaped too, as `gr.HTML` would read them as its own."""
    html: Markup = getattr(_module, piece)(*values)
    return str(html).replace("{", "&#123;").replace("}", "&#125;").replace("$", "&#36;").strip()
