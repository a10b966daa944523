"""What an operator asks of a run: a recipe, how many minutes its steps may take, and a base."""

from dataclasses import dataclass, replace

from chatbot.bases import recipe_of
from chatbot.lineage import Run, RunProgress
from chatbot.settings import Settings


@dataclass(frozen=True)
class Wish:
    """A recipe by name or path, its `minutes`, and a base; empty or None leaves the choice to settings and recipe.

    A base is named where it is another than the one that answers.
    """

    recipe: str = ""
    minutes: float | None = None
    base: str = ""

    @classmethod
    def of(cls, run: Run) -> "Wish":
        """What was asked of a run, so that the next can go on with it."""
        asked = run.progress
        return cls(asked.get("recipe", ""), asked.get("minutes"), asked.get("base", ""))

    def filled(self, settings: Settings) -> "Wish":
        """With the recipe that is used where none is named: that of the settings, else the one that suits the base."""
        if self.base == settings.base_model:
            return replace(self, base="").filled(settings)
        chosen = "recipe" in settings.model_fields_set or not self.base
        return replace(self, recipe=self.recipe or (settings.recipe if chosen else recipe_of(self.base)))

    @property
    def options(self) -> list[str]:
        """As options of `python -m training cycle`."""
        recipe = ["--recipe", self.recipe] if self.recipe else []
        base = ["--base", self.base] if self.base else []
        return recipe + base + ([] if self.minutes is None else ["--set", f"minutes={self.minutes:g}"])

    def as_progress(self) -> RunProgress:
        """As a run's row keeps it."""
        told = RunProgress()
        if self.recipe:
            told["recipe"] = self.recipe
        if self.minutes is not None:
            told["minutes"] = self.minutes
        if self.base:
            told["base"] = self.base
        return told


USUAL = Wish()
