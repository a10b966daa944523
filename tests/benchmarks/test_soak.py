"""The soak: everything that is told stands in the database, and what grows or gets slower is seen."""

import psutil
import pytest
from fastapi import FastAPI

from benchmarks.running_product import Product
from benchmarks.soak import Soak, Told, hold, measures_of, unlike
from chatbot.dialogue.session import Session
from chatbot.web.access import Access
from chatbot.web.api import api_routes
from tests.conftest import Serve, desk_of
from tests.loops import run


@pytest.fixture
def product(session: Session, access: Access, serve: Serve) -> Product:
    app = FastAPI()
    app.include_router(api_routes(session, access, desk_of(session)))
    return Product(serve(app), psutil.Process(), session.store)


def test_people_talk_until_the_time_is_over_and_nothing_is_lost(product: Product) -> None:
    soak = run(hold(product, ["How long does delivery take?", "May I return a lamp?"], 3, 0.01, 1.0))
    assert soak.outcomes["told"] == len(soak.told) > 3 and soak.outcomes.total() == len(soak.told)
    assert soak.memory[0][1] > 10
    assert unlike(product, soak.told) == 0
    talks = {product.store.conversations.message(one.message).conversation for one in soak.told}
    assert 3 <= len(talks) < len(soak.told), "people go on in their conversations"
    assert unlike(product, [Told(0.0, 0.1, soak.told[0].message, "another"), Told(0.0, 0.1, "none", "")]) == 2


def test_what_grows_and_what_is_lost_is_told() -> None:
    soak = Soak(memory=[(at, 100.0 if at < 60 else 110.0) for at in range(90)])
    soak.told = [Told(at, 1.0 if at < 60 else 2.0, "", "") for at in range(90)]
    soak.outcomes.update(told=90, broken=1)
    lost, memory, waits = measures_of(soak, 2, 90)
    assert (lost.value, lost.met) == (3, False)
    assert (memory.value, memory.met) == (1.1, False)
    assert (waits.value, waits.ours, waits.theirs) == (2.0, 2.0, 1.0)
