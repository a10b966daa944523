"""The facts of a version that was trained here: how its fine-tune went and what it came from.

They are the source of its card, and stand in `facts.json` in its folder.
"""

from dataclasses import asdict, dataclass, field

from chatbot.lineage import SnapshotCounts
from training.finetuning.loop.diagnosis import Finding
from training.finetuning.loop.outcome import CrossValidation, Figures
from training.finetuning.recipe import Recipe
from training.runs.progress import Point


@dataclass(frozen=True)
class Provenance:
    """The resolved recipe, the snapshot's counts, the libraries' versions."""

    recipe: Recipe
    counts: SnapshotCounts
    packages: dict[str, str]


@dataclass(frozen=True)
class Facts:
    """Figures and origin; of a single fine-tune also its curve and what that says."""

    figures: Figures | CrossValidation
    origin: Provenance
    curve: list[Point] = field(default_factory=list)
    diagnosis: list[Finding] = field(default_factory=list)

    @property
    def findings(self) -> list[str]:
        """What the curve says, in words."""
        return [str(finding) for finding in self.diagnosis]

    def as_dict(self) -> dict[str, object]:
        """As plain JSON."""
        said = {"curve": [point.as_dict() for point in self.curve], "diagnosis": self.findings}
        return {
            **asdict(self.figures),
            **(said if self.diagnosis else {}),
            "recipe": self.origin.recipe.model_dump(),
            "counts": self.origin.counts.as_dict(),
            "packages": self.origin.packages,
        }
