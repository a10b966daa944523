"""What is said of a link: its words with the address that they lead to."""

import re
from urllib.parse import unquote

SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
HOLLOW = re.compile(r"(?:javascript|vbscript|data|about|blob|file):", re.IGNORECASE)
PERSONAL = re.compile(r"(?:mailto|tel|sms|callto):(?://)?([^?]*)", re.IGNORECASE)
ARTICLE = re.compile(r"\.(?:md|markdown)(?:[?#].*)?$", re.IGNORECASE)
DIGITS = 5  # as many make a telephone number


def linked(words: str, href: str) -> str:
    """What follows the words of a link: its address, unless they hold it already or it leads nowhere for visitors."""
    address = _address(href.strip())
    if not address or (words and _told(words, address)):
        return ""
    return f" ({address})" if words else address


def _address(href: str) -> str:
    """The address as somebody would type it; "" for a place in the same text, another article or a script."""
    if personal := PERSONAL.match(href):
        return unquote(personal.group(1)).strip()
    if not href or href.startswith("#") or HOLLOW.match(href):
        return ""
    if href.startswith("//"):
        return f"https:{href}"
    return "" if not SCHEME.match(href) and ARTICLE.search(href) else href


def _told(words: str, address: str) -> bool:
    shown, meant = re.sub(r"\D", "", words), re.sub(r"\D", "", address)
    number = not re.search(r"[A-Za-z@/]", address) and len(shown) >= DIGITS
    return _bare(address) in _bare(words) or (number and meant.endswith(shown.lstrip("0")))


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", unquote(address).strip().lower()).rstrip("/.")
