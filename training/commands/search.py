"""`python -m training search`."""

from typing import TYPE_CHECKING

import click

from chatbot.errors import TrainingError
from training.commands.installation import actor, as_json, installation, recipe_option, set_option, show
from training.commands.progress import TerminalProgress
from training.finetuning.recipe import load_recipe

if TYPE_CHECKING:
    from training.runs.progress import FineTuneProgress
    from training.search import Sampler


@click.command()
@recipe_option
@set_option
@click.option("--trials", default=20, type=click.IntRange(min=1), help="Trials in all, resumed ones included.")
@click.option("--sampler", default="tpe", type=click.Choice(["grid", "random", "tpe"]), help="How trials are drawn.")
@click.option("--name", default="search", help="Its folder's name; the same name goes on with a search.")
@as_json
def search(
    recipe: str | None, overrides: tuple[str, ...], trials: int, sampler: "Sampler", name: str, as_json: bool
) -> None:
    """Try recipes on a snapshot and write the best one as a file; registers nothing."""
    settings, store = installation()
    chosen = load_recipe(recipe or settings.recipe, overrides)

    from training.cycle import freeze_now
    from training.finetuning.loop.processes import launched
    from training.search import search as searched
    from training.workbench import open_workbench

    if launched().count > 1:
        raise TrainingError("a search runs in one process: start `python -m training search` without a launcher")

    bench = open_workbench(settings, store)
    snapshot = freeze_now(bench, actor())
    folder = settings.home.resolve() / "searches" / name
    with TerminalProgress("searching") as bar:

        def follow(trial: int, progress: "FineTuneProgress") -> None:
            bar.describe(f"trial {trial + 1} of {trials}: {progress.message}")
            bar.update(trial + progress.fraction, trials)

        found = searched(bench, snapshot, chosen, trials, sampler, folder, follow)
    show(found.as_dict(), as_json)
