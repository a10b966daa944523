"""What is counted of rows has a name that people understand."""

import re
from pathlib import Path

import training.curation
from training.console.tallies import LEFT_OUT, in_words
from training.console.tallies import ORIGINS as NAMES
from training.origins import ORIGINS


def test_every_origin_has_a_name() -> None:
    assert set(NAMES) == set(ORIGINS)


def test_the_reasons_are_those_that_curation_gives() -> None:
    folder = Path(training.curation.__file__).parent
    source = "".join(file.read_text("utf-8") for file in folder.rglob("*.py"))
    given = set(re.findall(r'dropped\["([^"]+)"\]', source))
    assert set(LEFT_OUT) <= given and given - set(LEFT_OUT) == {"liked, but corrected by staff"}


def test_counts_are_told_under_their_names() -> None:
    told = in_words({"no consent": 3, "reply under 2 words": 1}, LEFT_OUT)
    assert told == {"the visitor has not agreed to it": 3, "reply under 2 words": 1}
