"""TLS to a server whose certificate is pinned."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import http.client
import os
import ssl
import tempfile
from collections.abc import Iterator

from ._errors import PinError
from ._identity import Identity


def pin_of(server_certificate: str) -> str:
    """Returns the fingerprint of a PEM certificate: the SHA-256 of its DER in hexadecimal.

    Raises:
        PinError: If it is no certificate.
    """
    body = "".join(server_certificate.split("-----")[2:3])
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        der = b""
    if not der:
        raise PinError("Cannot pin LXD: its certificate cannot be read")
    return hashlib.sha256(der).hexdigest()


def create_context(identity: Identity) -> ssl.SSLContext:
    """Makes a TLS context that presents an identity.

    The context verifies no chain and no name: LXD's certificate is self-signed, and names no
    address. Whoever connects must compare the certificate itself, as `PinnedConnection` does. TLS
    makes the server prove that it has the certificate's key in any case.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with _as_file(f"{identity.certificate}\n{identity.private_key}") as path:
        context.load_cert_chain(path)
    return context


@contextlib.contextmanager
def _as_file(text: str) -> Iterator[str]:
    """Offers a text as a file that only this user can read, and that is gone afterwards.

    OpenSSL reads a key from a file only. On Linux the file is in memory, so that not even the end
    of this process can leave it behind.
    """
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("lxd-client"), "w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"
    else:
        with tempfile.NamedTemporaryFile("w") as temporary:
            temporary.write(text)
            temporary.flush()
            yield temporary.name


class PinnedConnection(http.client.HTTPSConnection):
    """A connection of `http.client` to exactly one server.

    Args:
        host: Name or address of the server.
        port: Its port.
        context: A context that presents the client's identity.
        pin: Fingerprint of the certificate that the server must present.
        timeout: Limit for each wait, in seconds.
    """

    def __init__(
        self, host: str, port: int, *, context: ssl.SSLContext, pin: str, timeout: float
    ) -> None:
        super().__init__(host, port, context=context, timeout=timeout)
        self._pin = pin

    def connect(self) -> None:
        """Connects, and compares the server's certificate before anything is sent.

        Raises:
            PinError: If the server presents another certificate.
            OSError: If the server does not answer.
        """
        super().connect()
        presented = self.sock.getpeercert(binary_form=True) or b""
        if hashlib.sha256(presented).hexdigest() != self._pin:
            self.close()
            raise PinError("Cannot trust the server: it presents another certificate than LXD's")
