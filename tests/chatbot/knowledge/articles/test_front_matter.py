"""Front matter is taken out with its title kept and every line number left as it was; what only looks like it stays."""

import pytest

from chatbot.knowledge.articles.front_matter import without_front_matter


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: Returns\ntags: [a]\n---\nBody.\n", "Returns"),
        ("---\ntitle: 'Returns: how'\n---\nBody.\n", "Returns: how"),
        ("---\ntitle: Returns: how\n---\nBody.\n", "Returns: how"),
        ("---\nTitle: 24\n...\nBody.\n", "24"),
        ("---\ndate: 2024-01-01\n---\nBody.\n", ""),
        ('+++\ntitle = "Returns"\n+++\nBody.\n', "Returns"),
        ("\ufeff---\r\ntitle: Returns\r\n---\r\nBody.\r\n", "Returns"),
    ],
)
def test_it_is_taken_out_and_its_title_is_told(text: str, title: str) -> None:
    body, found = without_front_matter(text)
    assert found == title
    assert body.strip() == "Body."
    assert body.splitlines().index("Body.") == text.replace("\ufeff", "").splitlines().index("Body.")


@pytest.mark.parametrize(
    "text", ["# Returns\n\nBody.\n", "---\nTwo rules around words\n---\nBody.\n", "+++\nno toml\n+++\nBody.\n", "---\n"]
)
def test_what_is_none_stays(text: str) -> None:
    assert without_front_matter(text) == (text, "")
