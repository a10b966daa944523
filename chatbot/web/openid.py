"""OpenID Connect: what is asked of the provider, and what its word is worth.

    provider = Provider(settings)
    address, handshake = provider.begin(back)   # send the browser to the address, keep the handshake
    identity = provider.finish(handshake, code)

The code flow with PKCE, state and nonce. What counts is the ID token alone: signed by a key of the provider, from this
issuer, for this client, not expired, with this nonce. No access token is kept.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chatbot.address_settings import SAFE_ADDRESS
from chatbot.errors import AccessError, EngineError
from chatbot.records import Role
from chatbot.settings import Settings

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
SCOPE = "openid profile email"
KNOWN_SECONDS = 600
TIMEOUT_SECONDS = 10
LEEWAY_SECONDS = 30
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
NAMES = ("name", "preferred_username", "email", "sub")


class ProviderError(EngineError):
    """The provider cannot be reached, or answers what no provider should."""


@dataclass(frozen=True)
class Handshake:
    """What has to come back unchanged, or fit what comes back."""

    state: str
    nonce: str
    verifier: str
    back: str


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for, and what they may do here."""

    issuer: str
    subject: str
    name: str
    role: Role


class Provider:
    """The provider that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self.issuer, self.name = settings.openid_issuer, settings.openid_name
        self._settings = settings
        self._metadata: dict[str, object] = {}
        self._read_at = 0.0

    def begin(self, back: str) -> tuple[str, Handshake]:
        """The address to send a browser to, which is sent `back` from there; raises `ProviderError`."""
        handshake = Handshake(_unguessable(), _unguessable(), _unguessable(), back)
        with self._client(handshake) as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=handshake.state,
                nonce=handshake.nonce,
                code_verifier=handshake.verifier,
            )
        return str(address), handshake

    def finish(self, handshake: Handshake, code: str) -> Identity:
        """Who came back with a code; raises `AccessError` for whom nobody vouches, and `ProviderError`."""
        try:
            with self._client(handshake) as client:
                token = client.fetch_token(
                    self._endpoint("token_endpoint"), code=code, code_verifier=handshake.verifier
                )
            signed = jwt.decode(
                str(token.get("id_token", "")),
                KeySet.import_key_set(self._read(self._endpoint("jwks_uri"))),  # type: ignore[arg-type]
                algorithms=ALGORITHMS,
            )
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._settings.openid_client_id},
                },
                {"nonce": handshake.nonce, "client_id": self._settings.openid_client_id},
            )
            claims.validate(leeway=LEEWAY_SECONDS)
        except httpx2.HTTPError as error:
            raise ProviderError(f"{self.name} cannot be reached: {error}") from error
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
            raise AccessError(f"{self.name} did not vouch for you ({type(error).__name__}): begin again") from error
        return self._identity(claims)

    def _identity(self, claims: Mapping[str, object]) -> Identity:
        role = self._role(claims)
        if role is None:
            raise AccessError(f"{self.name} knows you, but nothing it says of you lets you sign in here")
        name = next(str(claims[key]) for key in NAMES if claims.get(key))
        return Identity(self.issuer, str(claims["sub"]), name, role)

    def _role(self, claims: Mapping[str, object]) -> Role | None:
        path = [self._settings.openid_claim]
        if path[0] not in claims:
            path = path[0].split(".")
        found: object = claims
        for key in path:
            found = found.get(key) if isinstance(found, Mapping) else None
        values = {str(one) for one in found} if isinstance(found, list) else {str(found)} if found else set()
        if values & set(self._settings.openid_operators):
            return "operator"
        return "agent" if values & set(self._settings.openid_agents) else None

    def _client(self, handshake: Handshake) -> OAuth2Client:
        secret = self._settings.openid_client_secret
        methods = self._known().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = isinstance(methods, list) and "client_secret_basic" in methods
        return OAuth2Client(
            self._settings.openid_client_id,
            secret.get_secret_value() if secret else None,
            token_endpoint_auth_method=("client_secret_basic" if basic else "client_secret_post") if secret else "none",
            scope=SCOPE,
            redirect_uri=handshake.back,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
        )

    def _endpoint(self, name: str) -> str:
        return str(self._known()[name])

    def _known(self) -> dict[str, object]:
        """What the provider says of itself, read anew after a while."""
        if not self._metadata or time.monotonic() - self._read_at > KNOWN_SECONDS:
            metadata = self._read(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if metadata.get("issuer") != self.issuer:
                raise ProviderError(f"{self.issuer} says that it is {metadata.get('issuer')!r}: correct openid_issuer")
            if unsafe := [name for name in ENDPOINTS if not SAFE_ADDRESS.match(str(metadata.get(name)))]:
                raise ProviderError(f"{self.issuer} names no safe address as its {unsafe[0]}")
            self._metadata, self._read_at = metadata, time.monotonic()
        return self._metadata

    def _read(self, address: str) -> dict[str, object]:
        try:
            answer = httpx2.get(address, timeout=TIMEOUT_SECONDS)
            answer.raise_for_status()
            read = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderError(f"{self.name} cannot be reached at {address}: {error}") from error
        if not isinstance(read, dict):
            raise ProviderError(f"{address} answers no object")
        return read


def _unguessable() -> str:
    return secrets.token_urlsafe(32)
