"""TOML with some values replaced and all the rest, comments too, as it stands."""

from collections.abc import Mapping, Sequence
from datetime import date

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Item, Table

from chatbot.errors import InputError

Value = str | float | Sequence[str | date] | None
SHORT_LIST = 60  # characters of a list that fits on a line


def with_values(text: str, values: Mapping[str, Value], usual: Mapping[str, Value] | None = None) -> str:
    """The text with values by their names, in which a dot leads into a table; None takes one out.

    Values that stand there already are not touched, nor is one added that is `usual` where nothing is said. Raises
    `InputError` where the text is no TOML.
    """
    unsaid = {name for name, value in (usual or {}).items() if values.get(name) == value}
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise InputError(f"the file is not valid TOML: {error}") from None
    for name, value in values.items():
        *path, key = name.split(".")
        table = _table(document, path, make=value is not None and name not in unsaid)
        if table is None or (table[key] == value if key in table else name in unsaid):
            continue
        if value is None:
            table.pop(key, None)
        else:
            table[key] = _item(value)
    return tomlkit.dumps(document)


def _table(document: TOMLDocument, path: Sequence[str], make: bool) -> "TOMLDocument | Table | InlineTable | None":
    table: TOMLDocument | Table | InlineTable = document
    for name in path:
        if name not in table:
            if not make:
                return None
            table[name] = tomlkit.table()
        inner = table[name]
        if not isinstance(inner, Table | InlineTable):
            raise InputError(f"{name!r} is no table in this file: change the file itself")
        table = inner
    return table


def _item(value: str | float | Sequence[str | date]) -> Item:
    if isinstance(value, str):
        return tomlkit.string(value, multiline="\n" in value)
    if isinstance(value, float):
        return tomlkit.float_(repr(value))
    items = tomlkit.array()
    items.extend(value)
    return items.multiline(sum(len(str(one)) for one in value) > SHORT_LIST)
