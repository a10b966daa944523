"""The tab overview."""

from fastapi import APIRouter

from training.console.console import Console
from training.console.tabs.tab import tab_router


def routes(console: Console) -> APIRouter:
    """What the tab asks."""
    return tab_router("overview")
