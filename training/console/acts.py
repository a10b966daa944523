"""What an operator may do about the version that answers: what it means, said before it is done, and the doing.

An act is data, kept by the page between the question and the yes.
"""

from typing import Literal

from chatbot.errors import InputError, NotFoundError
from chatbot.store import Store
from training.console import words
from training.release.publish import end_canary, promote, roll_back, start_canary

Kind = Literal["promote", "roll back", "try", "end the trial"]
Act = tuple[Kind, str]


def promoting(store: Store, name: str) -> tuple[Act, str]:
    """To let a version answer everybody."""
    version = store.versions.get(name)
    text = f"Let {version.name} answer from now on, instead of {words.named(store.versions.resolve('champion'))}?"
    return ("promote", version.name), _doubts(store, name, "Promote it anyway?") + text


def rolling_back(store: Store) -> tuple[Act, str]:
    """To return to what answered before; raises `NotFoundError` where that is nothing."""
    before = words.before_champion(store)
    champion = words.named(store.versions.resolve("champion"))
    return ("roll back", before), f"Roll back from {champion}? Afterwards {words.named(before)} answers."


def trying(store: Store, name: str, share: float) -> tuple[Act, str]:
    """To let a version answer some of the conversations; or, where one does already, to end that."""
    tried = store.versions.alias("canary")
    if tried:
        return ("end the trial", tried), f"End the trial of {tried}? Afterwards the champion answers everybody again."
    version = store.versions.get(name)
    text = f"Let {version.name} answer {share:.0%} of the conversations? Its feedback is counted apart."
    return ("try", version.name), _doubts(store, name, "Try it anyway?") + text


def carry_out(store: Store, act: Act | None, share: float, actor: str) -> str:
    """Do it; returns what to tell. Raises `InputError` where somebody else was faster."""
    if act is None:
        raise InputError("nothing is waiting for a yes: press Promote or Roll back first")
    kind, name = act
    if kind == "promote":
        promote(store, name, actor)
    elif kind == "try":
        start_canary(store, name, actor)
        return f"{name} answers {share:.0%} of the conversations within seconds, whole ones."
    elif kind == "end the trial":
        end_canary(store, actor)
        return f"The trial of {name} has ended: the champion answers everybody."
    elif _still_before(store, name):
        roll_back(store, actor)
    else:
        raise InputError("somebody else has moved the champion meanwhile: press Roll back again to see what follows")
    return f"From now on {words.named(name)} answers; the server swaps within seconds."


def _still_before(store: Store, name: str) -> bool:
    try:
        return words.before_champion(store) == name
    except NotFoundError:
        return False


def _doubts(store: Store, name: str, question: str) -> str:
    gate = store.versions.get(name).gate
    if gate.get("decision") == "hold":
        return f"The gate held this version because: {'; '.join(gate['reasons'])}. {question} "
    return "" if gate else f"The gate has not judged this version. {question} "
