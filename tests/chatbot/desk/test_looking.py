"""Who has which case on view."""

from chatbot.broker import Broker, Happening
from chatbot.desk.looking import Looking
from chatbot.records import Person

ANNA, BO = Person("a", "agent", "Anna"), Person("b", "agent", "Bo")


def test_two_who_look_at_one_case_are_both_there_until_they_look_away_or_leave() -> None:
    looking = Looking(Broker())
    with looking.page("one", ANNA):
        with looking.page("two", BO):
            looking.look("one", ANNA, "c1")
            looking.look("two", BO, "c1")
            assert looking.at("c1") == {"a", "b"}
            looking.look("one", ANNA, "c2")
            assert looking.at("c1") == {"b"} and looking.at("c2") == {"a"}
        assert looking.at("c1") == set()
    assert looking.at("c2") == set()


def test_each_of_somebodys_pages_looks_by_itself() -> None:
    looking = Looking(Broker())
    with looking.page("one", ANNA), looking.page("two", ANNA):
        looking.look("one", ANNA, "c1")
        looking.look("two", ANNA, "c2")
        assert looking.at("c1") == looking.at("c2") == {"a"}


def test_a_page_that_is_not_open_looks_at_nothing() -> None:
    looking = Looking(Broker())
    looking.look("one", ANNA, "c1")
    with looking.page("one", BO):
        looking.look("one", ANNA, "c1")
    assert looking.at("c1") == set()


def test_those_at_a_case_are_told_of_who_comes_and_goes_and_nobody_twice() -> None:
    broker, told = Broker(), list[Happening]()
    broker.listen(told.append)
    looking = Looking(broker)
    with looking.page("one", ANNA):
        looking.look("one", ANNA, "c1")
        looking.look("one", ANNA, "c1")
        looking.look("one", ANNA, "c2")
    assert [(one.kind, one.conversation) for one in told] == [("look", name) for name in ("c1", "c1", "c2", "c2")]
