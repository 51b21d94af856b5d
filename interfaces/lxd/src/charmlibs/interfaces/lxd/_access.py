"""The access to LXD over one relation."""

from __future__ import annotations

import dataclasses
import datetime

import ops

from ._answer import Answer, Node, ProviderError, Rejection, Standing
from ._client import TIMEOUT, LxdClient
from ._errors import NotReadyError
from ._identity import Identity
from ._status import Facts, status_of


@dataclasses.dataclass(frozen=True)
class LxdAccess:
    """The access to LXD over one relation, as it is in this hook.

    Attributes:
        relation: The relation.
        owner: Name of the unit or the application whose certificates these are.
        identities: The certificates with their keys, newest first.
        answer: The provider's answer.
        projects: The projects that the charm asks for; None for what the operator allows.
        server_certificate: The PEM certificate to pin; None if it is not known.
        now: The current time.
    """

    relation: ops.Relation
    owner: str
    identities: tuple[Identity, ...]
    answer: Answer
    projects: tuple[str, ...] | None
    server_certificate: str | None
    now: datetime.datetime

    def standing_of(self, identity: Identity) -> Standing:
        """Returns the state of one of the certificates."""
        return self.answer.standing_of(identity.fingerprint)

    @property
    def identity(self) -> Identity | None:
        """The identity to use: the newest one that every node trusts."""
        trusted = (one for one in self.identities if self.standing_of(one) == "trusted")
        return next(trusted, None)

    @property
    def offer(self) -> tuple[Identity, ...]:
        """The identities to offer: the one in use and newer ones. The others are not needed."""
        used = self.identity
        if used is None:
            return self.identities
        return self.identities[: self.identities.index(used) + 1]

    @property
    def granted_projects(self) -> tuple[str, ...] | None:
        """The projects that the certificate in use has access to.

        None stands for all of LXD. It is empty while no certificate is trusted. Older providers do
        not tell the projects: these are then the projects that the charm asks for.
        """
        used = self.identity
        if used is None:
            return ()
        told = self.answer.certificates.get(used.fingerprint)
        if told is None or told.state != "trusted":
            return self.projects
        return told.projects

    @property
    def missing_projects(self) -> tuple[str, ...]:
        """The projects that the charm asks for, and that it has no access to yet."""
        granted = self.granted_projects
        wanted = self.projects or ()
        return () if granted is None else tuple(one for one in wanted if one not in granted)

    @property
    def is_ready(self) -> bool:
        """Whether `client()` gets into every node now, with all projects."""
        used = self.identity
        if used is None or self.server_certificate is None or used.not_after <= self.now:
            return False
        return not self.missing_projects

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes that serve; none while the charm has no access."""
        return self.answer.nodes if self.is_ready else ()

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        """The provider's rejections of the own certificates and other own items."""
        own = {identity.fingerprint for identity in self.identities}
        listed = [
            one
            for one in self.answer.rejections
            if one.fingerprint in own or (one.fingerprint is None and one.unit == self.owner)
        ]
        # A provider bounds its list of rejections, but answers about each certificate.
        for fingerprint in own - {one.fingerprint for one in listed}:
            told = self.answer.certificates.get(fingerprint)
            if told is not None and told.state == "rejected":
                listed.append(Rejection(self.owner, fingerprint, told.code, told.reason))
        return tuple(listed)

    @property
    def provider_error(self) -> ProviderError | None:
        """Why the provider cannot manage LXD."""
        return self.answer.provider_error

    @property
    def status(self) -> ops.StatusBase:
        """The status of the access, for `collect-status`."""
        newest = self.identities[0] if self.identities else None
        return status_of(
            Facts(
                answer=self.answer,
                is_ready=self.is_ready,
                newest=newest,
                used=self.identity,
                rejections=self.rejections,
                missing_projects=self.missing_projects,
                is_pinned=self.server_certificate is not None,
            )
        )

    def client(self, node: Node, timeout: float = TIMEOUT) -> LxdClient:
        """Returns a client of a node.

        Args:
            node: The node.
            timeout: Limit for each wait, in seconds.

        Raises:
            NotReadyError: If the charm has no access.
            PinError: If the server's certificate cannot be read.
        """
        used = self.identity
        if not self.is_ready or used is None or self.server_certificate is None:
            raise NotReadyError(f"Cannot talk to LXD: {self.status.message}")
        return LxdClient(node, used, self.server_certificate, timeout)
