"""How to show oneself to a camera that asks who is there: Basic and Digest, as RFC 7617 and 7616 have it."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64encode
from dataclasses import dataclass
from urllib.request import parse_http_list

# What cameras ask for, not what we would choose; the password itself never goes over the line with it.
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}


@dataclass(frozen=True, slots=True)
class Login:
    """A user and password; `repr` shows neither."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Login(…)"


def answer_to(challenges: list[str], login: Login, method: str, address: str) -> str | None:
    """The value of `Authorization` for what `WWW-Authenticate` asks; None if we do not know how.

    Args:
        challenges: the values of all such headers of one answer.
        login: who we are.
        method: of the request that is to be allowed.
        address: of that request, as it stands in its first line.
    """
    for challenge in challenges:
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "digest":
            asked = _said(rest)
            if asked.get("algorithm", "MD5").upper() in _HASHES and "nonce" in asked:
                return _digest(asked, login, method, address)
    if any(challenge.lower().startswith("basic") for challenge in challenges):
        return "Basic " + b64encode(f"{login.user}:{login.password}".encode()).decode("ascii")
    return None


def _said(challenge: str) -> dict[str, str]:
    """Its names and values; what a careless camera writes without a value is left out."""
    pairs = (one.partition("=") for one in parse_http_list(challenge))
    return {name: value.strip('"') for name, _, value in pairs if value.strip('"')}


def _digest(asked: dict[str, str], login: Login, method: str, address: str) -> str:
    algorithm = asked.get("algorithm", "MD5").upper()

    def hashed(*parts: str) -> str:
        return hashlib.new(_HASHES[algorithm], ":".join(parts).encode(), usedforsecurity=False).hexdigest()

    realm, nonce = asked.get("realm", ""), asked["nonce"]
    who, what = hashed(login.user, realm, login.password), hashed(method, address)
    said = {"username": login.user, "realm": realm, "nonce": nonce, "uri": address}
    bare = {}
    if "auth" in asked.get("qop", "").replace(" ", "").split(","):
        bare = {"qop": "auth", "nc": "00000001"}
        said["cnonce"] = secrets.token_hex(8)
        said["response"] = hashed(who, nonce, bare["nc"], said["cnonce"], bare["qop"], what)
    else:
        said["response"] = hashed(who, nonce, what)
    bare |= {name: asked[name] for name in ("algorithm",) if name in asked}
    quoted = [f'{name}="{value}"' for name, value in said.items()]
    quoted += [f'opaque="{asked["opaque"]}"'] if "opaque" in asked else []
    return "Digest " + ", ".join([*quoted, *(f"{name}={value}" for name, value in bare.items())])
