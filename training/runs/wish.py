"""What an operator asks of a run: a recipe, and how many minutes its steps may take."""

from dataclasses import dataclass

from chatbot.lineage import Run, RunProgress


@dataclass(frozen=True)
class Wish:
    """A recipe by name or path and its `minutes`; empty or None leaves the choice to settings and recipe."""

    recipe: str = ""
    minutes: float | None = None

    @classmethod
    def of(cls, run: Run) -> "Wish":
        """What was asked of a run, so that the next can go on with it."""
        return cls(run.progress.get("recipe", ""), run.progress.get("minutes"))

    @property
    def options(self) -> list[str]:
        """As options of `python -m training cycle`."""
        recipe = ["--recipe", self.recipe] if self.recipe else []
        return recipe + ([] if self.minutes is None else ["--set", f"minutes={self.minutes:g}"])

    def as_progress(self) -> RunProgress:
        """As a run's row keeps it."""
        told: RunProgress = {"recipe": self.recipe} if self.recipe else {}
        return told if self.minutes is None else {**told, "minutes": self.minutes}


USUAL = Wish()
