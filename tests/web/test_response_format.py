"""The part of JSON Schema that an engine is given."""

import json

import pytest
from pydantic import ValidationError

from chatbot.web.response_format import DEEPEST, ResponseFormat

DAYS: dict[str, object] = {"type": "object", "properties": {"days": {"type": "integer"}}, "required": ["days"]}


def read(schema: dict[str, object]) -> ResponseFormat:
    return ResponseFormat.model_validate({"type": "json_schema", "json_schema": {"name": "x", "schema": schema}})


def nested(depth: int) -> dict[str, object]:
    return {"type": "array", "items": nested(depth - 1)} if depth else {"type": "string"}


def test_names_and_descriptions_do_not_reach_an_engine() -> None:
    assert json.loads(read(DAYS | {"title": "Days", "description": "How long"}).text) == DAYS


def test_any_object_is_a_schema_and_free_text_is_none() -> None:
    assert ResponseFormat(type="json_object").text == '{"type":"object"}'
    assert ResponseFormat(type="text").text == ""


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"$ref": "#"}, "Extra inputs"),
        ({"type": "string", "pattern": "a+"}, "Extra inputs"),
        ({"type": "string", "properties": {}}, "belong to the type 'object'"),
        ({"type": "object", "items": {"type": "string"}}, "belong to the type 'array'"),
        ({"anyOf": [{"type": "string"}], "enum": ["a"]}, "anyOf stands alone"),
        (DAYS | {"required": ["weeks"]}, "required names what properties does not have: weeks"),
        (nested(DEEPEST), "nested too deeply"),
        ({"type": "string", "enum": ["a" * 10_000]}, "too long"),
    ],
)
def test_what_no_grammar_can_be_made_of_is_refused(schema: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        read(schema)


def test_a_schema_that_is_missing_is_asked_for() -> None:
    with pytest.raises(ValidationError, match="'json_schema' is missing"):
        ResponseFormat(type="json_schema")
