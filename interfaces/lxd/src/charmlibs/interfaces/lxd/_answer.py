"""The provider's answer."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Literal

Standing = Literal["trusted", "rejected", "waiting", "unsupported"]
"""The state of a certificate.

`trusted`: every node lists it. `rejected`: the provider does not register it. `waiting`: the
provider has not answered yet. `unsupported`: the provider speaks another version of the interface.
"""


@dataclasses.dataclass(frozen=True)
class Node:
    """A node of LXD that serves.

    Attributes:
        endpoint: Its address: `https://host:port`, an IPv6 host in brackets.
        name: LXD's server name.
        trusted: Fingerprints of this relation's certificates that the node trusts.
    """

    endpoint: str
    name: str
    trusted: frozenset[str] = dataclasses.field(default=frozenset(), compare=False, repr=False)


@dataclasses.dataclass(frozen=True)
class Rejection:
    """A certificate, or another item of a databag, that the provider does not register.

    Attributes:
        unit: The unit, or the application, whose databag holds the item.
        fingerprint: The certificate's fingerprint; None if the item is no certificate.
        code: The reason as one of `REJECTION_CODES` or a later code; None if none is told.
        reason: The reason and the remedy, in words.
    """

    unit: str
    fingerprint: str | None
    code: str | None
    reason: str


@dataclasses.dataclass(frozen=True)
class ProviderError:
    """Why the provider itself cannot manage LXD. Its other answers are the last known ones.

    Attributes:
        code: One of `PROVIDER_ERROR_CODES`, or a later code.
        reason: The reason, in words.
    """

    code: str
    reason: str


@dataclasses.dataclass(frozen=True)
class CertificateAnswer:
    """The provider's answer about one certificate.

    Attributes:
        state: `trusted`, `pending` or `rejected`.
        projects: The projects that a trusted certificate has access to; None for all of LXD.
        expires_at: When the certificate expires, `2036-01-01T00:00:00Z`; None if that is not told.
        code: The reason of a rejection as a code, one of `REJECTION_CODES`; or a warning about a
            trusted certificate, one of `WARNING_CODES`; or a later code.
        reason: The same in words.
    """

    state: str
    projects: tuple[str, ...] | None = None
    expires_at: str | None = None
    code: str | None = None
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Answer:
    """The answer of a provider.

    Attributes:
        version: The version of the interface; None until the provider answers.
        nodes: The nodes that serve.
        server_certificate: The PEM certificate that every node presents.
        certificates: Answers by fingerprint. Older providers tell none.
        rejections: The rejections of all units of this application.
        provider_error: Why the provider cannot manage LXD.
    """

    version: str | None = None
    nodes: tuple[Node, ...] = ()
    server_certificate: str | None = None
    certificates: Mapping[str, CertificateAnswer] = dataclasses.field(default_factory=dict)
    rejections: tuple[Rejection, ...] = ()
    provider_error: ProviderError | None = None

    @property
    def is_supported(self) -> bool:
        """Whether this library knows the version. Each version 1.x is compatible."""
        return self.version is None or re.match(r"1(\.|$)", self.version) is not None

    def standing_of(self, fingerprint: str) -> Standing:
        """Returns the state of a certificate."""
        if not self.is_supported:
            return "unsupported"
        if self.nodes and all(fingerprint in node.trusted for node in self.nodes):
            return "trusted"
        told = self.certificates.get(fingerprint)
        if told is not None and told.state == "rejected":
            return "rejected"
        found = any(one.fingerprint == fingerprint for one in self.rejections)
        return "rejected" if found else "waiting"
