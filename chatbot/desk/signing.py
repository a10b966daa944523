"""Signatures of webhooks, as https://www.standardwebhooks.com has them, so that receivers can use its libraries.

The signature is the HMAC-SHA256 of id, timestamp and body, joined by dots, under the secret. A receiver refuses what is
signed otherwise or minutes old, and what it had before, by the id.
"""

import base64
import hashlib
import hmac

PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The key that a secret stands for: what follows `whsec_` in Base64, or the bytes of any other text."""
    if secret.startswith(PREFIX):
        return base64.b64decode(secret.removeprefix(PREFIX))
    return secret.encode()


def signed_headers(secret: str, delivery: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that a webhook is sent with."""
    signed = f"{delivery}.{timestamp}.".encode() + body
    digest = base64.b64encode(hmac.new(key_of(secret), signed, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "webhook-id": delivery,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{digest}",
    }
