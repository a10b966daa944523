"""Settings that are addresses, checked and in one form: paths, hosts, origins, networks, providers, webhooks."""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr, ValidationInfo

ROOT_PATH = re.compile(r"(?=.{0,200}$)(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
HOST = re.compile(r"[a-z0-9.-]+(:[0-9]+)?|\[[0-9a-f:.]+\](:[0-9]+)?")
ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://[^/\s?#@*]+")
SITE = re.compile(rf"https?://(?:{HOST.pattern})")
WEB_ADDRESS = re.compile(r"https?://[^/\s]+")
BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
SHORTEST_SECRET = 16
SAFE_ADDRESS = re.compile(r"https://[^/]|http://(?:127\.0\.0\.1|localhost|\[::1\])(?:[:/]|$)")


def read_root_path(path: str) -> str:
    """A path below which the product stands, without a slash at its end; empty for none."""
    path = path.rstrip("/")
    if path and not ROOT_PATH.fullmatch(path):
        raise ValueError("write it like /bot: it begins with one `/` and holds letters, digits and . _ ~ - only")
    return path


def read_hosts(hosts: list[str]) -> list[str]:
    """Names of hosts in lower case, with their ports."""
    hosts = [host.strip().lower() for host in hosts]
    wrong = [host for host in hosts if not HOST.fullmatch(host)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no host: write it like chat.example or chat.example:8443")
    return hosts


def read_origins(origins: list[str]) -> list[str]:
    """Origins in lower case, or `*`."""
    origins = [origin.strip().rstrip("/").lower() for origin in origins]
    wrong = [origin for origin in origins if not ORIGIN.fullmatch(origin)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no origin: write it like https://shop.example, without a path, or `*`")
    return origins


def read_sites(origins: list[str]) -> list[str]:
    """Origins of pages on the web, which go into a content policy as they stand."""
    origins = [origin.strip().rstrip("/").lower() for origin in origins]
    wrong = [origin for origin in origins if not SITE.fullmatch(origin)]
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no site: write it like https://shop.example, without a path, each by name")
    return origins


def read_networks(names: list[str]) -> list[str]:
    """Addresses and networks; everybody is none."""
    return [_network(name) for name in names]


def read_provider(issuer: str) -> str:
    """The address of an OpenID provider, which must not be read or changed on its way; empty for none."""
    if issuer and not SAFE_ADDRESS.match(issuer):
        raise ValueError("the provider's address begins with https://, or with http:// on this machine only")
    return issuer


def read_webhook(address: str) -> str:
    """The address that is told what happens; empty for none."""
    if address and not WEB_ADDRESS.match(address):
        raise ValueError(f"{address!r} is no address to send to: write it like https://shop.example/chatbot")
    return address


def read_webhook_secret(secret: SecretStr | None, given: ValidationInfo) -> SecretStr | None:
    """The secret that signs what is sent there: long enough not to be guessed, where there is an address."""
    if given.data.get("webhook_url"):
        text = secret.get_secret_value() if secret else ""
        if len(text) < SHORTEST_SECRET:
            raise ValueError(f"webhook_url is set, so webhook_secret must have at least {SHORTEST_SECRET} characters")
        if text.startswith("whsec_") and not BASE64.fullmatch(text.removeprefix("whsec_")):
            raise ValueError("what follows whsec_ must be Base64")
    return secret


def _network(name: str) -> str:
    try:
        network = ipaddress.ip_network(name.strip())
    except ValueError:
        raise ValueError(f"{name!r} is no address or network: write it like 127.0.0.1 or 10.0.0.0/8") from None
    if network.prefixlen == 0:
        raise ValueError(f"{name!r} is everybody, who could then say to come from anywhere: name your own proxies")
    return str(network)


RootPath = Annotated[str, AfterValidator(read_root_path)]
Hosts = Annotated[list[str], AfterValidator(read_hosts)]
Origins = Annotated[list[str], AfterValidator(read_origins)]
Sites = Annotated[list[str], AfterValidator(read_sites)]
Networks = Annotated[list[str], AfterValidator(read_networks)]
ProviderAddress = Annotated[str, AfterValidator(read_provider)]
WebhookAddress = Annotated[str, AfterValidator(read_webhook)]
WebhookSecret = Annotated[SecretStr | None, AfterValidator(read_webhook_secret)]
