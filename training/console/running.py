"""How a run goes or went, in words and numbers for people who know nothing of machine learning."""

from dataclasses import dataclass

from chatbot.lineage import Run, Version
from chatbot.settings import Settings
from training.console.names import count, duration, named, title
from training.runs.files import STOP, run_folder
from training.runs.progress import Point
from training.runs.resuming import left_by_cycle

PHASES = {
    "collecting feedback": "Collecting what people said",
    "teaching the retriever": "Learning to find the right passage",
    "teaching the router": "Learning to tell kinds of messages apart",
    "loading the base model": "Loading the base model",
    "fine-tuning": "Learning to reply",
    "merging": "Putting the new version together",
}
BEFORE_LEARNING = ("", "starting", "collecting feedback", "loading the base model")
UNFINISHED = ("stopped", "failed", "interrupted")


@dataclass(frozen=True)
class Curve:
    """How far off a run's replies were by step, as pairs of step and loss: on rows that it learns, and on others."""

    learned: list[tuple[int, float]]
    held_out: list[tuple[int, float]]


def phase_of(run: Run) -> str:
    """What a run does now."""
    phase = run.progress.get("phase", "starting")
    if phase.startswith("checking "):
        return f"Asking {named(phase.removeprefix('checking '))} the test questions"
    return PHASES.get(phase, phase.capitalize())


def pace(run: Run) -> str:
    """Where in its phase a run is, and how much is left, as far as it is known."""
    progress, parts = run.progress, []
    if progress.get("phase") == "fine-tuning" and progress.get("steps"):
        parts.append(f"step {progress.get('step', 0):,} of {progress['steps']:,}")
        if not progress.get("tokens_per_second"):
            parts = [str(progress.get("message", ""))]
    left = progress.get("seconds_left")
    if left is not None:
        parts.append(f"about {duration(left)} of learning left")
    elif progress.get("phase", "") in BEFORE_LEARNING:
        parts.append("the first minutes go into preparing; the time left is told once it learns")
    return " · ".join(parts)


def stop_asked(settings: Settings, run: Run) -> bool:
    """Whether somebody asked the run to stop."""
    return run.status == "running" and (run_folder(settings, run.id) / STOP).exists()


def has_checkpoint(settings: Settings, run: Run) -> bool:
    """Whether the next run may go on where this one ended."""
    return run.status in UNFINISHED and left_by_cycle(run_folder(settings, run.id))


def outcome(run: Run, version: Version | None, stopped_by: str = "") -> str:
    """What came of a run that is over; empty for one under way. `stopped_by` is who asked it to stop, where known."""
    if run.status == "running":
        return ""
    if run.error and run.error.startswith("continued as"):
        return f"It ended before it was done and was {run.error}."
    if run.status == "finished":
        decision = {"promote": "passed the gate and was promoted", "hold": "was held by the gate"}
        other = run.progress.get("base")
        if version and other and version.gate.get("decision") == "promote":
            passed = "passed the gate; it can be promoted once base_model is set to that"
            return f"It made {title(version.name)} on {other}, which {passed}."
        found = decision.get(version.gate.get("decision", "")) if version else None
        return f"It made {title(run.version)}, which {found or 'was not judged'}." if run.version else "It is done."
    if run.status == "stopped":
        who = stopped_by or "a person"
        return f"It was stopped by {who}. What it had learned is kept as far as its last checkpoint."
    if run.status == "interrupted":
        return f"It was interrupted ({run.error or 'the process ended'}). Nothing that answers people was changed."
    return f"It failed: {run.error or 'the reason is in training.log'}. Nothing that answers people was changed."


def curve(run: Run) -> Curve:
    """The losses of a run so far."""
    points = [Point.from_dict(point) for point in run.progress.get("curve", [])]
    return Curve(
        [(point.step, point.train_loss) for point in points if point.train_loss is not None],
        [(point.step, point.validation_loss) for point in points if point.validation_loss is not None],
    )


def learned(run: Run) -> str:
    """What a run learned in words: how much nearer it came to right replies that it had not seen."""
    losses = [loss for _, loss in curve(run).held_out]
    if len(losses) < 2 or not losses[0]:
        return ""
    change = 1 - min(losses) / losses[0]
    if change < 0.005:
        return "no nearer to the right replies on rows that it did not learn"
    return f"{change:.0%} nearer to the right replies on rows that it did not learn"


def rows_learned(sizes: dict[int, int], run: Run) -> str:
    """How many rows a run learned from, by the sizes of snapshots."""
    size = sizes.get(run.snapshot or 0)
    return count(size, "row") if size else ""
