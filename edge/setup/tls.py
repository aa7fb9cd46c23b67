"""Certificates for the set-up page: given ones, or one made here and known by its fingerprint."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from edge.errors import EdgeError

LASTS = timedelta(days=825)
"""Longer ones are refused by some phones."""

RENEWED_BEFORE = timedelta(days=30)
CERTIFICATE, KEY = "setup-certificate.pem", "setup-key.pem"


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its key.

    Attributes:
        fingerprint: SHA-256 of the certificate, as browsers show it.
    """

    certificate: Path
    key: Path
    fingerprint: str

    def context(self) -> ssl.SSLContext:
        """For a server that shows it.

        Raises:
            EdgeError: the files do not belong together, or cannot be read.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise EdgeError(
                f"certificate {self.certificate} and key {self.key} cannot be used: {error}",
                "give a PEM certificate and the key that belongs to it, without a password",
            ) from error
        return context


def given(certificate: Path, key: Path) -> Identity:
    """An identity of files.

    Raises:
        EdgeError: the certificate cannot be read.
    """
    return Identity(certificate, key, _fingerprint(certificate))


def made_here(folder: Path, names: list[str], now: datetime) -> Identity:
    """The certificate that this device made for itself, or a new one where there is none that lasts.

    Raises:
        EdgeError: `cryptography` is not installed, or the folder cannot be written.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    if not (certificate.exists() and key.exists() and _lasts(certificate, now)):
        body, secret = _made(names, now)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write(key, secret)
            _write(certificate, body)
        except OSError as error:
            raise EdgeError(f"{error.filename} cannot be written: {error.strerror}") from error
    return given(certificate, key)


def _fingerprint(certificate: Path) -> str:
    try:
        first = certificate.read_text("ascii").partition("-----END CERTIFICATE-----")
        digest = sha256(ssl.PEM_cert_to_DER_cert(f"{first[0].strip()}\n{first[1]}\n")).hexdigest().upper()
    except (OSError, ValueError) as error:
        raise EdgeError(f"certificate {certificate} cannot be read: {error}") from error
    return ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))


def _lasts(certificate: Path, now: datetime) -> bool:
    x509 = _cryptography()[0]
    try:
        until = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except ValueError:
        return False
    return bool(until > now + RENEWED_BEFORE)


def _made(names: list[str], now: datetime) -> tuple[bytes, bytes]:
    x509, hashes, serialization, ec = _cryptography()
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "footfall set-up")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName([_name(x509, one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return certificate.public_bytes(pem), secret.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _name(x509: Any, name: str) -> Any:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _cryptography() -> tuple[Any, Any, Any, Any]:
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError:
        raise EdgeError(
            "a certificate of its own needs the package cryptography",
            "install it with pip install 'footfall[setup]', or give --tls-cert and --tls-key",
        ) from None
    return x509, hashes, serialization, ec


def _write(path: Path, body: bytes) -> None:
    """Readable by its owner only, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
