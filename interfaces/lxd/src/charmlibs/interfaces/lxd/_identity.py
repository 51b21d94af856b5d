"""The identity of this charm in LXD: a key, and a certificate for it."""

from __future__ import annotations

import dataclasses
import datetime
import functools

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALIDITY = datetime.timedelta(days=365)
"""How long a certificate is valid."""

# LXD's clock may be behind.
_BACKDATED = datetime.timedelta(hours=1)

# X.509's own limit for a common name.
_MAXIMUM_NAME = 64


@dataclasses.dataclass(frozen=True)
class Identity:
    """A certificate and its key.

    Attributes:
        certificate: The certificate, PEM.
        private_key: Its private key, PEM. It must not get into relation data, a log or a status.
    """

    certificate: str
    private_key: str = dataclasses.field(repr=False)

    @functools.cached_property
    def _x509(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate.encode())

    @functools.cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate's DER, in lower-case hexadecimal."""
        return self._x509.fingerprint(hashes.SHA256()).hex()

    @property
    def not_after(self) -> datetime.datetime:
        """When the certificate expires."""
        return self._x509.not_valid_after_utc

    def is_due(self, now: datetime.datetime) -> bool:
        """Whether two thirds of the validity are over, so that a new certificate is due."""
        begin, end = self._x509.not_valid_before_utc, self._x509.not_valid_after_utc
        return now >= end - (end - begin) / 3


def create_identity(common_name: str, now: datetime.datetime) -> Identity:
    """Makes a key (ECDSA on P-384, as LXD's own clients do) and a self-signed certificate.

    Args:
        common_name: The common name of the certificate. It is cut to 64 characters.
        now: The current time.
    """
    key = ec.generate_private_key(ec.SECP384R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:_MAXIMUM_NAME])])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA384())
    )
    private_key = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return Identity(pem.decode(), private_key.decode())
