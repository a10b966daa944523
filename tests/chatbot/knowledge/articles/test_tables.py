"""A table is told a row at a time, each cell under its column's name."""

from chatbot.knowledge.articles.tables import Table


def told(rows: list[list[str]], heads: int = 0) -> list[str]:
    """The sentences of a table; its first row has so many header cells."""
    table, said = Table(), []
    for number, row in enumerate(rows):
        table.row, table.heads = [[cell] if cell else [] for cell in row], 0 if number else heads
        said.append(table.end_row())
    return [sentence for sentence in [*said, table.end()] if sentence]


def test_cells_stand_under_the_names_of_their_columns() -> None:
    rows = [["Zone", "Price"], ["Islands", "£14.50"], ["", ""], ["Mainland", ""]]
    assert told(rows, heads=2) == ["Islands – price: £14.50.", "Zone: Mainland."]


def test_a_short_first_cell_goes_with_the_name_of_its_column() -> None:
    rows = [["Size", "Price", "VAT included"], ["XL", "£9", "yes"], ["7", "£8", ""]]
    assert told(rows, heads=3) == ["Size XL – price: £9; VAT included: yes.", "Size 7 – price: £8."]


def test_cells_under_no_name_are_listed() -> None:
    assert told([["Isles", "£9"], ["Mainland", "£5"]]) == ["Isles; £9.", "Mainland; £5."]


def test_a_header_that_nothing_stands_under_is_told() -> None:
    assert told([["Zone", "Price"]], heads=2) == ["Zone; Price."]


def test_a_row_that_begins_with_its_name_needs_no_header() -> None:
    assert told([["Islands", "£14.50", "3 days"]], heads=1) == ["Islands: £14.50; 3 days."]


def test_parts_of_a_cell_are_joined_and_an_end_is_not_doubled() -> None:
    table = Table(row=[["We deliver.", "Always"], ["Yes", "no!"]])
    assert table.end_row() == "We deliver. Always; Yes, no!"
