"""docs/licences.md lists what is pinned and what is kept in the repository."""

from importlib.metadata import metadata

from benchmarks.supply.licences import PAGE, licence_of, page, vendored


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make licences`"


def test_what_is_kept_in_the_repository_is_listed() -> None:
    font = "@fontsource-variable/atkinson-hyperlegible-next"
    names = {one.name for one in vendored()}
    assert names == {"marked", "dompurify", "lit-html", "@lit/reactive-element", font}
    assert all(page().count(f"| {name} |") == 1 for name in names)


def test_a_package_states_its_licence() -> None:
    assert licence_of(metadata("click")) == "BSD-3-Clause"
    assert licence_of(metadata("jinja2")) == "BSD License"
