"""The headless Chromium that benchmarks look at pages with."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import click
from playwright.sync_api import Browser, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser while it is needed; raises `ClickException` where there is none."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise click.ClickException("no browser found: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
