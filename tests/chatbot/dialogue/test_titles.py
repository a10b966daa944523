"""What a conversation is called once something was answered."""

from chatbot.dialogue.session import Session
from chatbot.dialogue.titles import title_from_talk
from chatbot.records import FoundPassage, Passage, Trace

LONG = "Hello, I bought two of your lamps last week, and please tell me: what does sending back cost"


def test_a_brief_question_is_its_own_title_and_a_long_one_has_its_source(session: Session) -> None:
    person = session.store.people.add_visitor()
    *_, first = session.say(person, LONG)
    *_, second = session.say(person, "  price of   delivery? ")
    titles = [session.store.conversations.get(one.conversation).title for one in (first, second)]
    assert titles[0].startswith("Returns") and titles[1] == "price of delivery?"
    list(session.say(person, "price of delivery?", first.conversation))
    assert session.store.conversations.get(first.conversation).title == titles[0]


def found(title: str, used: bool = True) -> FoundPassage:
    return {**Passage("id", "article", title, "text", "articles/returns.md:3").as_found(used)}


def test_of_several_sources_the_article_is_named() -> None:
    both = Trace(passages=[found("Delivery › Cost", False), found("Returns › Time"), found("Returns › Price")])
    assert title_from_talk(LONG, both) == "Returns"
    assert title_from_talk(LONG, Trace(passages=[found("Returns › Time")])) == "Returns: Time"


def test_a_greeting_makes_no_title() -> None:
    assert title_from_talk("Hello", Trace(act="chat")) is None
    assert title_from_talk("Hello", Trace(uncertain=True)) is None
    assert title_from_talk(LONG, Trace()) is None


def test_an_edited_question_makes_another(session: Session) -> None:
    person = session.store.people.add_visitor()
    *_, whole = session.say(person, LONG)
    question = session.store.conversations.path(whole.message)[0]
    list(session.edit(person, question.id, "price of delivery?"))
    assert session.store.conversations.get(whole.conversation).title == "price of delivery?"
