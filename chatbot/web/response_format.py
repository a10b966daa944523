"""`response_format` of a request: the part of JSON Schema by which an engine can hold a reply to a form.

It is a part of what OpenAI's structured outputs take (platform.openai.com/docs/guides/structured-outputs): types,
objects, arrays and choices. References, constants, patterns and bounds are refused: only what stands here reaches an
engine, because a schema that it can make no grammar of fails the replies of everybody.
"""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chatbot.web.bodies import Body

Choice = str | Annotated[int, Field(ge=-(2**53), le=2**53)] | float | bool | None
Type = Literal["object", "array", "string", "number", "integer", "boolean", "null"]
MOST_CHARACTERS = 10_000
DEEPEST = 10


class Schema(Body):
    """A JSON schema; names and descriptions are read and left out of the grammar."""

    model_config = ConfigDict(extra="forbid")

    type: Type | None = None
    title: Annotated[str, Field(exclude=True)] = ""
    description: Annotated[str, Field(exclude=True)] = ""
    enum: Annotated[list[Choice], Field(min_length=1)] | None = None
    properties: "dict[str, Schema] | None" = None
    required: list[str] | None = None
    additionalProperties: Literal[False] | None = None
    items: "Schema | None" = None
    anyOf: "Annotated[list[Schema], Field(min_length=1)] | None" = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        """Engines read one of choice, alternatives and type, and pass over what stands beside it."""
        objects, arrays = (self.properties, self.required, self.additionalProperties), (self.items,)
        if any(part is not None for part in objects) and self.type != "object":
            raise ValueError("properties, required and additionalProperties belong to the type 'object'")
        if any(part is not None for part in arrays) and self.type != "array":
            raise ValueError("items belong to the type 'array'")
        beside = (self.type, self.enum) if self.anyOf else (self.properties, self.items) if self.enum else ()
        if any(part is not None for part in beside):
            raise ValueError("anyOf stands alone, and enum beside a simple type at most")
        unknown = set(self.required or []) - set(self.properties or {})
        if unknown:
            raise ValueError(f"required names what properties does not have: {', '.join(sorted(unknown))}")
        return self

    @property
    def depth(self) -> int:
        """How many schemas stand within one another."""
        inner = [*(self.properties or {}).values(), *(self.anyOf or []), *([self.items] if self.items else [])]
        return 1 + max((schema.depth for schema in inner), default=0)


class NamedSchema(Body):
    """A schema under a name."""

    name: str = ""
    schema_: Annotated[Schema, Field(alias="schema")]


class ResponseFormat(Body):
    """What a reply should look like: free text, any JSON object, or what a schema describes."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.type == "json_schema" and self.json_schema is None:
            raise ValueError("'json_schema' is missing: put {'name': …, 'schema': …} there")
        if len(self.text) > MOST_CHARACTERS:
            raise ValueError(f"the schema is too long: at most {MOST_CHARACTERS:,} characters")
        if self.json_schema and self.json_schema.schema_.depth > DEEPEST:
            raise ValueError(f"the schema is nested too deeply: at most {DEEPEST} levels")
        return self

    @property
    def text(self) -> str:
        """The schema as JSON text; empty for free text."""
        if self.type == "text":
            return ""
        schema = self.json_schema.schema_ if self.json_schema and self.type == "json_schema" else Schema(type="object")
        return schema.model_dump_json(exclude_none=True)
