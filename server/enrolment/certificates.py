"""A certificate authority of the shop's own, and the broker's certificate that it signs."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_GOOD_FOR = timedelta(days=3650)
BROKER_GOOD_FOR = timedelta(days=825)

RENEW_BEFORE = timedelta(days=200)
"""A certificate that ends sooner is made anew whenever files are written, before anybody is locked out."""

_CLOCKS_DIFFER = timedelta(days=1)
"""A device whose clock is slow must not take a new certificate for one of the future."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key, both in PEM form."""

    certificate: bytes
    key: bytes


def new_authority(now: datetime) -> Pair:
    """An authority that signs brokers' certificates and nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("footfall broker authority")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    builder = (
        _builder(name, name, key.public_key(), now, AUTHORITY_GOOD_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
    )
    return _pair(builder.sign(key, hashes.SHA256()), key)


def broker_certificate(authority: Pair, hosts: Iterable[str], now: datetime) -> Pair:
    """A certificate for a broker that is reached by these names and addresses."""
    known = list(hosts)
    ca = x509.load_pem_x509_certificate(authority.certificate)
    ca_key = _signing_key(authority)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        _builder(_name(known[0]), ca.subject, key.public_key(), now, BROKER_GOOD_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in known]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
    )
    return _pair(builder.sign(ca_key, hashes.SHA256()), key)


def ends_at(certificate: bytes) -> datetime:
    """When a certificate in PEM form ends."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc


def is_good(certificate: bytes, authority: bytes, hosts: Iterable[str], now: datetime) -> bool:
    """Whether a broker's certificate is of this authority, for these hosts, and does not end soon."""
    known = x509.load_pem_x509_certificate(certificate)
    issuer = x509.load_pem_x509_certificate(authority)
    names = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    same_hosts = set(names) == {_general_name(host) for host in hosts}
    return known.issuer == issuer.subject and same_hosts and known.not_valid_after_utc - now > RENEW_BEFORE


def _signing_key(pair: Pair) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pair.key, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("the authority's key is none that was made here")
    return key


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, good_for: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + good_for)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pair(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Pair:
    pem = serialization.Encoding.PEM
    return Pair(
        certificate.public_bytes(pem),
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
