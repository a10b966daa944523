"""A nonce on the scripts that stand in Gradio's page, so that the content policy lets in these and no others.

Gradio has no option for it: its template is given the attribute as it is read.
"""

from collections.abc import Callable

from gradio.routes import templates
from jinja2 import BaseLoader, Environment

NONCE = "nonce"
"""Where a request's scope holds its nonce."""
Source = tuple[str, str | None, Callable[[], bool] | None]


class NonceLoader(BaseLoader):
    """Reads templates by another loader, and marks their scripts."""

    def __init__(self, usual: BaseLoader) -> None:
        self._usual = usual

    def get_source(self, environment: Environment, template: str) -> Source:
        """The template with a nonce on every script."""
        source, name, is_current = self._usual.get_source(environment, template)
        marked = source.replace("<script", f"<script nonce=\"{{{{ request.scope.get('{NONCE}', '') }}}}\"")
        return marked, name, is_current


def mark_scripts() -> None:
    """Have Gradio's pages bear the nonce of the request that they answer."""
    if not isinstance(templates.env.loader, NonceLoader):
        templates.env.loader = NonceLoader(templates.env.loader)
