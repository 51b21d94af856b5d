"""The requirer's side of the interface lxd."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from typing import Literal

import ops

from ._access import LxdAccess
from ._answer import Node, ProviderError, Rejection
from ._client import TIMEOUT, LxdClient
from ._errors import NotReadyError
from ._events import LxdRequirerEvents
from ._identity import create_identity
from ._memory import Change, Memory
from ._projects import reason_against
from ._relation import read_own, read_provider, write_own
from ._store import IdentityStore

Owner = Literal["unit", "application"]

_CERTIFICATES = "client_certificates"
_PROJECTS = "projects"
_WITHDRAWN = "[]"


class LxdRequirer(ops.Object):
    """Gives a charm access to LXD.

    Make it in the `__init__` of the charm, in every hook. It makes a key and a certificate, keeps
    them in a Juju secret, offers the certificate to the provider, replaces it ahead of its expiry,
    and deletes the key when the relation is gone.

    The properties describe all relations of the endpoint. With `limit: 1` there is at most one;
    otherwise `accesses` has each relation by itself.

    Example:
        class MyCharm(ops.CharmBase):
            def __init__(self, framework: ops.Framework):
                super().__init__(framework)
                self.lxd = LxdRequirer(self, "lxd", projects=["web"])
                framework.observe(self.lxd.on.ready, self._on_ready)
                framework.observe(self.on.collect_unit_status, self._on_collect_status)

            def _on_ready(self, _: ops.EventBase):
                for node in self.lxd.nodes:
                    instances = self.lxd.client(node).request("GET", "/1.0/instances?project=web")

            def _on_collect_status(self, event: ops.CollectStatusEvent):
                event.add_status(self.lxd.status)

    Args:
        charm: The charm.
        endpoint: Name of the endpoint with the interface lxd.
        projects: Names of the LXD projects to ask for; None for all that the operator allows.
        owner: Who owns the key: `unit`, each unit its own, or `application`, one for all units,
            which the leader makes. Do not change it while a relation exists.
        server_certificate: The PEM certificate to pin if the provider tells none, as the original
            LXD Integrator does.
    """

    on = LxdRequirerEvents()  # type: ignore[assignment, unused-ignore]
    _stored = ops.StoredState()  # type: ignore[no-untyped-call, unused-ignore]

    def __init__(
        self,
        charm: ops.CharmBase,
        endpoint: str = "lxd",
        *,
        projects: Sequence[str] | None = None,
        owner: Owner = "unit",
        server_certificate: str | None = None,
    ) -> None:
        super().__init__(charm, f"{endpoint}-requirer")
        self._endpoint = endpoint
        self._problem = None if projects is None else reason_against(projects)
        self._projects = None if projects is None else tuple(projects)
        self._owner = self.model.unit if owner == "unit" else self.model.app
        self._server_certificate = server_certificate
        self._stores: dict[int, IdentityStore] = {}
        self._memory = Memory(self._stored)
        relation = charm.on[endpoint]
        for source in (
            relation.relation_created,
            relation.relation_joined,
            relation.relation_changed,
            relation.relation_departed,
            charm.on.config_changed,
            charm.on.leader_elected,
            charm.on.update_status,
            charm.on.upgrade_charm,
        ):
            self.framework.observe(source, self._on_event)
        self.framework.observe(relation.relation_broken, self._on_broken)

    @property
    def accesses(self) -> tuple[LxdAccess, ...]:
        """The access over each relation of the endpoint."""
        return tuple(self._access(relation) for relation in self._relations)

    @property
    def is_ready(self) -> bool:
        """Whether `client()` gets into every node now. False without a relation."""
        accesses = self.accesses
        return bool(accesses) and all(access.is_ready for access in accesses)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of LXD that serve; none while the charm has no access."""
        return tuple(node for access in self.accesses for node in access.nodes)

    @property
    def granted_projects(self) -> tuple[str, ...] | None:
        """The projects that the charm has access to; None for all of LXD, empty without access."""
        granted = [access.granted_projects for access in self.accesses]
        names: dict[str, None] = {}
        for one in granted:
            if one is None:
                return None
            names.update(dict.fromkeys(one))
        return tuple(names)

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        """The provider's rejections of the own certificates, each with its reason."""
        return tuple(one for access in self.accesses for one in access.rejections)

    @property
    def provider_error(self) -> ProviderError | None:
        """Why a provider cannot manage LXD; None if all is well."""
        errors = (access.provider_error for access in self.accesses)
        return next((error for error in errors if error), None)

    @property
    def status(self) -> ops.StatusBase:
        """The status for `collect-status`: active, waiting or blocked, with the reason.

        Waiting ends by itself. Blocked needs an operator.
        """
        if self._problem:
            return ops.BlockedStatus(self._problem)
        statuses = [access.status for access in self.accesses]
        if not statuses:
            mine = f"{self.model.app.name}:{self._endpoint}"
            return ops.BlockedStatus(f"Missing LXD: juju integrate {mine} lxd-integrator:api")
        for kind in (ops.BlockedStatus, ops.WaitingStatus):
            if found := next((one for one in statuses if isinstance(one, kind)), None):
                return found
        return statuses[0]

    def client(self, node: Node, timeout: float = TIMEOUT) -> LxdClient:
        """Returns a client of a node, which talks to no other server.

        Args:
            node: One of `nodes`.
            timeout: Limit for each wait, in seconds.

        Raises:
            NotReadyError: If the charm has no access, or the node is gone.
            PinError: If the server's certificate cannot be read.
        """
        for access in self.accesses:
            if node in access.nodes:
                return access.client(node, timeout)
        raise NotReadyError(f"Cannot talk to LXD node {node.name}: it is none of `nodes` now")

    def rotate(self) -> bool:
        """Replaces the certificates and keys without a gap.

        The new certificate is offered beside the old one. The old one is used until every node
        trusts the new one, and is then withdrawn. The event `ready` tells when the new one is used.

        Returns:
            Whether new certificates are offered. False without a relation, and on a unit that may
            not write the application's databag.
        """
        if self._problem:
            return False
        rotated = False
        for relation in self._writable:
            self._renew(relation)
            self._write(relation)
            rotated = True
        return rotated

    def withdraw(self) -> None:
        """Withdraws the certificates, and deletes the keys, until `rotate()` is called.

        The provider then removes the certificates from LXD. The removal of a relation needs no
        call.
        """
        for relation in self._writable:
            self._store(relation).clear()
            write_own(relation, self._owner, {_CERTIFICATES: _WITHDRAWN})
            self._notify(relation)

    @property
    def _relations(self) -> tuple[ops.Relation, ...]:
        listed = self.model.relations[self._endpoint]
        relations = (relation for relation in listed if relation.active and relation.app)
        return tuple(sorted(relations, key=lambda relation: relation.id))

    @property
    def _may_write(self) -> bool:
        return isinstance(self._owner, ops.Unit) or self.model.unit.is_leader()

    @property
    def _writable(self) -> tuple[ops.Relation, ...]:
        return tuple(relation for relation in self._relations if self._is_writable(relation))

    def _is_writable(self, relation: ops.Relation) -> bool:
        return self._may_write and read_own(relation, self._owner) is not None

    def _on_event(self, _event: ops.EventBase) -> None:
        for relation in self._relations:
            self._settle(relation)

    def _on_broken(self, event: ops.RelationBrokenEvent) -> None:
        if self._may_write:
            self._store(event.relation).clear()
        self._emit(event.relation, self._memory.forget(event.relation.id))

    def _settle(self, relation: ops.Relation) -> None:
        """Makes what is missing, and tells the charm what has changed."""
        store = self._store(relation)
        if self._is_withdrawn(relation):
            store.clear()
        elif not self._problem and self._is_writable(relation):
            if not store.identities or store.identities[0].is_due(_now()):
                self._renew(relation)
            offer = self._access(relation).offer
            for identity in store.identities:
                if identity not in offer:
                    store.remove(identity)
            self._write(relation)
        self._notify(relation)

    def _renew(self, relation: ops.Relation) -> None:
        store = self._store(relation)
        # One new certificate in a hook is enough.
        if not store.has_added:
            store.add(create_identity(self._owner.name, _now()))

    def _write(self, relation: ops.Relation) -> None:
        certificates = [one.certificate for one in self._store(relation).identities]
        projects = None if self._projects is None else list(dict.fromkeys(self._projects))
        values = {
            _CERTIFICATES: json.dumps(certificates),
            _PROJECTS: "" if projects is None else json.dumps(projects),
        }
        write_own(relation, self._owner, values)

    def _is_withdrawn(self, relation: ops.Relation) -> bool:
        """Whether `withdraw()` was called. This unit then does what it left for a later hook."""
        own = read_own(relation, self._owner) if self._may_write else None
        return own is not None and own.get(_CERTIFICATES) == _WITHDRAWN

    def _notify(self, relation: ops.Relation) -> None:
        self._emit(relation, self._memory.changes(self._access(relation)))

    def _emit(self, relation: ops.Relation, changes: Sequence[Change]) -> None:
        for change in changes:
            getattr(self.on, change).emit(relation, relation.app)

    def _store(self, relation: ops.Relation) -> IdentityStore:
        if relation.id not in self._stores:
            self._stores[relation.id] = IdentityStore(self.model, self._owner, relation.id)
        return self._stores[relation.id]

    def _access(self, relation: ops.Relation) -> LxdAccess:
        answer = read_provider(relation, self._owner)
        return LxdAccess(
            relation=relation,
            owner=self._owner.name,
            identities=self._store(relation).identities,
            answer=answer,
            projects=self._projects,
            server_certificate=answer.server_certificate or self._server_certificate,
            now=_now(),
        )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)
