"""What an operator may do about the version that answers: what it means, said before it is done, and the doing."""

from dataclasses import dataclass
from typing import Literal

from chatbot.errors import InputError, NotFoundError
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from training.console.names import beginning, named, with_titles
from training.release.publish import end_canary, promote, refuse_other_base, roll_back, start_canary, version_before

Kind = Literal["promote", "try", "end-trial", "roll-back"]


@dataclass(frozen=True)
class Act:
    """Something to be done about a version, as long as `champion` answers; `share` is the canary's."""

    kind: Kind
    version: str
    champion: str
    share: float = 0.0


@dataclass(frozen=True)
class Question:
    """What is asked before an act: what it means, why one might think twice, and the words of the yes."""

    act: Act
    text: str
    doubts: list[str]
    yes: str


def ask(store: Store, settings: Settings, kind: Kind, name: str) -> Question:
    """What an act would mean now; raises `UserError` where it cannot be done."""
    champion = store.versions.resolve("champion")
    if kind == "roll-back":
        before = before_champion(store)
        text = f"{beginning(before)} answers everybody again, instead of {named(champion)}."
        return Question(Act(kind, before, champion), text, [], "Roll back")
    if kind == "end-trial":
        tried = store.versions.alias("canary")
        if tried is None:
            raise NotFoundError("no version is on trial: somebody has ended it meanwhile")
        text = f"{beginning(champion)} answers everybody again. What people said of {named(tried)} is kept."
        return Question(Act(kind, tried, champion), text, [], "End the trial")
    version = store.versions.get(name)
    if version.name == champion:
        raise InputError(f"{named(champion)} answers everybody already")
    refuse_other_base(store, version.name, settings)
    if kind == "promote":
        text = f"{beginning(version.name)} answers everybody from now on, instead of {named(champion)}."
        return Question(Act(kind, version.name, champion), text, doubts(store, version.name), "Promote it")
    share = settings.canary
    if not share:
        raise InputError("the setting canary is 0, so no conversation would go to a version on trial: raise it first")
    text = (
        f"{beginning(version.name)} answers {share:.0%} of the conversations, whole ones; {named(champion)} "
        "the others. Its ratings are counted apart."
    )
    return Question(Act(kind, version.name, champion, share), text, doubts(store, version.name), "Try it")


def carry_out(store: Store, settings: Settings, act: Act, actor: str) -> str:
    """Do it; returns what to tell. Raises `UserError` where it cannot be done, or somebody else was faster."""
    if act.kind in ("promote", "try"):
        refuse_other_base(store, act.version, settings)
    with store.transaction():
        if store.versions.resolve("champion") != act.champion:
            raise InputError("somebody else has changed which version answers meanwhile: look again")
        if act.kind == "roll-back" and before_champion(store) != act.version:
            raise InputError("somebody else has changed which version answers meanwhile: look again")
        if act.kind == "promote":
            promote(store, act.version, actor)
        elif act.kind == "try":
            start_canary(store, act.version, actor)
        elif act.kind == "end-trial":
            end_canary(store, actor)
        else:
            roll_back(store, actor)
    if act.kind == "try":
        return f"{beginning(act.version)} answers {act.share:.0%} of the conversations within seconds."
    if act.kind == "end-trial":
        return f"The trial of {named(act.version)} has ended: {named(act.champion)} answers everybody."
    return f"{beginning(act.version)} answers from now on; the server changes over within seconds."


def before_champion(store: Store) -> str:
    """What answers after rolling back; raises `NotFoundError` where the base model answers already."""
    champion = store.versions.alias("champion")
    if champion in (None, BASE):
        raise NotFoundError("there is nothing to roll back to: the base model answers already")
    return version_before(store.versions.champions(), str(champion))


def doubts(store: Store, name: str) -> list[str]:
    """Why the gate would not let a version answer; empty where it would."""
    gate = store.versions.get(name).gate
    if gate.get("decision") == "hold":
        return [f"The gate held it: {with_titles(reason)}" for reason in gate["reasons"]]
    return [] if gate else ["The gate has not judged it: nobody knows whether it is better"]
