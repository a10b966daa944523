"""Routing: messages under a pack's rules are told from questions for the articles."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.errors import PackError
from chatbot.knowledge.knowledge import open_knowledge
from chatbot.knowledge.packs import Pack, Rule, load_pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.knowledge.rules.everyday import says_little
from chatbot.knowledge.rules.router import Router

RULES = {
    "emergency": ("handoff", "Please ring 999 now.", ["fire in the lamp", "smoke and fire here", "there is a fire"]),
    "thanks": ("chat", None, ["thank you", "thanks so much", "many thanks"]),
}


@pytest.fixture
def pack(pack_folder: Path) -> Pack:
    (pack_folder / "rules").mkdir()
    for name, (action, message, texts) in RULES.items():
        examples = [f"{text}{end}" for text in texts for end in ("", " now", " really", " friends")]
        lines = [f'action = "{action}"', f"examples = {examples!r}", f'message = "{message}"' if message else ""]
        (pack_folder / "rules" / f"{name}.toml").write_text("\n".join(lines), encoding="utf-8")
    return load_pack(pack_folder)


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ("help there is smoke and fire", "emergency"),
        ("thanks very much", "thanks"),
        ("when does a parcel reach germany", None),
        ("what does sending a lamp back cost", None),
    ],
)
def test_a_message_goes_where_it_belongs(pack: Pack, message: str, rule: str | None) -> None:
    route = Router(HashedEmbedder(), pack).route(message)
    assert (route.probability > 0.5) == (rule is not None)
    assert rule is None or (route.rule and route.rule.name == rule)


def test_what_only_sounds_like_a_rule_can_be_told(pack: Pack) -> None:
    message = "the fire brigade thinks your lamp is great"
    emergency, thanks = pack.rules
    told = [f"the fire brigade {verb} your lamp" for verb in ("likes", "loves", "bought", "thinks well of", "wants")]
    unlike = emergency.model_copy(update={"unlike": told})
    before, after = (
        Router(HashedEmbedder(), replace(pack, rules=[rule, thanks])).route(message) for rule in (emergency, unlike)
    )
    assert after.probability < 0.5 < before.probability


def test_a_message_that_says_little_is_grave_only_after_what_was_asked_before(pack: Pack) -> None:
    emergency, thanks = pack.rules
    eager = emergency.model_copy(update={"examples": [*emergency.examples, "what would you do", "i cant go on"]})
    router = Router(HashedEmbedder(), replace(pack, rules=[eager.model_copy(update={"sure": 0.2}), thanks]))
    assert router.route("there is a fire").grave
    assert not router.route("and what would you do then").grave
    assert not router.route("and what would you do then", "when does a parcel reach germany").grave
    assert router.route("and what would you do then", "help there is smoke and fire here now").grave
    assert router.route("I cant go on").grave, "a rule's own example is taken at its word"


@pytest.mark.parametrize("text", ["???", "and who pays for that?", "What would you do?", "", "why’s that"])
def test_words_that_stand_for_nothing_say_little(text: str) -> None:
    assert says_little(text)


@pytest.mark.parametrize("text", ["he's not breathing", "999", "there is a fire", "i want to die", "救命", "help me"])
def test_one_word_of_its_own_says_something(text: str) -> None:
    assert not says_little(text)


def test_of_two_grave_parts_of_a_story_the_one_that_fetches_a_person_counts(pack: Pack) -> None:
    texts = [f"you {insult} {thing}" for insult in ("stupid", "useless") for thing in ("bot", "machine", "parrot")]
    abuse = Rule(name="abuse", action="refuse", message="Please be kind.", examples=texts)
    story = "when does a parcel reach germany and what does sending a lamp back cost " * 4
    router = Router(HashedEmbedder(), replace(pack, rules=[*pack.rules, abuse]))
    route = router.route(f"smoke and fire here there is a fire now fire in the lamp {story} {' '.join(texts * 2)}")
    assert route.rule and route.rule.name == "emergency" and route.holds


UPSET = [f"{feeling} {matter}" for feeling in ("awful", "disgraceful") for matter in ("lamp", "delivery", "return")]


@pytest.mark.parametrize("taught", [False, True])
def test_a_tone_is_heard_and_hides_no_rule(pack: Pack, taught: bool) -> None:
    upset = Rule(name="upset", action="acknowledge", message="I'm sorry.", examples=[*UPSET, "awful awful"])
    router = Router(HashedEmbedder(), replace(pack, rules=[*pack.rules, upset]), taught=taught)
    route = router.route("awful disgraceful delivery to germany")
    assert route.tone == upset and not route.holds
    assert router.route("when does a parcel reach germany").tone is None
    route = router.route("help there is smoke and fire")
    assert route.holds and route.rule and route.rule.name == "emergency"


def test_tones_alone_leave_everything_to_the_articles(pack: Pack) -> None:
    upset = Rule(name="upset", action="acknowledge", message="I'm sorry.", examples=UPSET)
    route = Router(HashedEmbedder(), replace(pack, rules=[upset])).route("awful disgraceful delivery")
    assert (route.rule, route.holds, route.tone) == (None, False, upset)


def test_what_was_learned_is_kept_and_read_again(pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Router(HashedEmbedder(), pack, tmp_path / "cache").route("many thanks to you")
    monkeypatch.setattr("sklearn.linear_model.LogisticRegression.fit", None)
    assert Router(HashedEmbedder(), pack, tmp_path / "cache").route("many thanks to you") == first


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not an archive", b"cut"])
def test_a_damaged_file_is_learned_anew(pack: Pack, tmp_path: Path, damage: bytes) -> None:
    first = Router(HashedEmbedder(), pack, tmp_path).route("many thanks to you")
    (file,) = tmp_path.glob("*.router.npz")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage == b"cut" else damage)
    assert Router(HashedEmbedder(), pack, tmp_path).route("many thanks to you") == first
    assert not list(tmp_path.glob("*.tmp"))


def test_an_emergency_at_the_end_of_a_long_story_is_not_missed(pack: Pack) -> None:
    story = "when does a parcel reach germany and what does sending a lamp back cost " * 12
    route = Router(HashedEmbedder(), pack).route(f"{story} smoke and fire here there is a fire now fire in the lamp")
    assert route.rule and route.rule.name == "emergency"
    assert route.probability > 0.5


def test_a_pack_whose_rows_all_fall_under_rules_learns_the_rest_from_its_articles(pack: Pack) -> None:
    pairs = [pair.model_copy(update={"intent": "thanks"}) for pair in pack.pairs]
    bare = replace(pack, pairs=pairs, dialogues=[])
    assert Router(HashedEmbedder(), bare).route("there is a fire").rule
    with pytest.raises(PackError, match="fewer than 4"):
        Router(HashedEmbedder(), replace(bare, pieces=[]))


def test_without_rules_everything_goes_to_the_articles(pack_folder: Path) -> None:
    assert Router(HashedEmbedder(), load_pack(pack_folder)).route("there is a fire").rule is None


def test_a_known_question_finds_the_piece_that_answers_it(pack_folder: Path) -> None:
    query = "how dear is posting it back"
    row = {"query": query, "response": "A return costs £3.50.", "intent": "return_item", "source": "returns"}
    with (pack_folder / "pairs.jsonl").open("a", encoding="utf-8") as pairs:
        pairs.write(json.dumps(row) + "\n")
    index = open_knowledge(load_pack(pack_folder), HashedEmbedder(), HashedEmbedder()).index
    assert index.search([query], 1)[0].text == "A return costs £3.50."
    helped = index.search([query], 1)[0].score
    assert index.search([query], 1, leave_out=[query])[0].score < helped
    right = index.answering(query)
    assert right and right.text == "A return costs £3.50."
