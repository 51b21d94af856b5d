"""Relations, and the secrets that belong to them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Literal

from ops import testing

from charmlibs.interfaces.lxd import _identity, _store

from ._answer import NODES, ProviderState, answer, asked_of, is_for_application

_INTERFACE = "lxd"

# The keys of the relations that this process made, by certificate.
_identities: dict[str, _identity.Identity] = {}


def relation_for_requirer(
    endpoint: str = "lxd",
    state: ProviderState = "trusted",
    *,
    code: str = "expired",
    reason: str | None = None,
    provider_error: str | None = None,
    is_rotating: bool = False,
    owner: Literal["unit", "application"] = "unit",
    projects: Sequence[str] | None = None,
    nodes: Mapping[str, str] = NODES,
) -> testing.Relation:
    """Returns a relation of a charm that has offered a certificate.

    Put `secrets_for_requirer(relation)` into the state, too: the charm has made a key already.

    Args:
        endpoint: The charm's endpoint.
        state: What the provider answers.
        code: The code of the rejection, if the state is `rejected`.
        reason: The reason of the rejection.
        provider_error: The code of the provider's error, such as `lxd-unreachable`.
        is_rotating: Whether the charm offers a new certificate beside the one in use. The state is
            then that of the new one, and LXD trusts the former.
        owner: As in `LxdRequirer`.
        projects: As in `LxdRequirer`.
        nodes: The endpoint of each node, by name.
    """
    count = 2 if is_rotating else 1
    databag = {"client_certificates": json.dumps([_create() for _ in range(count)])}
    if projects is not None:
        databag["projects"] = json.dumps(list(projects))
    relation = testing.Relation(
        endpoint,
        interface=_INTERFACE,
        remote_app_name="lxd-integrator",
        local_unit_data=databag if owner == "unit" else {},
        local_app_data=databag if owner == "application" else {},
    )
    return answer(
        relation, state, code=code, reason=reason, provider_error=provider_error, nodes=nodes
    )


def secrets_for_requirer(relation: testing.Relation) -> list[testing.Secret]:
    """Returns the secrets with the keys of a relation that `relation_for_requirer` made."""
    is_of_application = is_for_application(relation)
    kind = "application" if is_of_application else "unit"
    offered = json.loads(asked_of(relation)["client_certificates"])
    return [
        testing.Secret(
            _store.write(_identities[certificate], len(offered) - slot),
            label=_store.label_of(kind, relation.id, slot),
            owner="app" if is_of_application else "unit",
        )
        for slot, certificate in enumerate(offered)
    ]


def relation_for_provider(
    endpoint: str, *, projects: Sequence[str] | None = None
) -> testing.Relation:
    """Returns a relation of a provider, whose requirer has a unit that offers a certificate.

    Args:
        endpoint: The provider's endpoint.
        projects: The projects that the requirer asks for.
    """
    databag = {"client_certificates": json.dumps([_create()])}
    if projects is not None:
        databag["projects"] = json.dumps(list(projects))
    return testing.Relation(
        endpoint,
        interface=_INTERFACE,
        remote_app_name="my-charm",
        remote_units_data={0: databag},
    )


def _create() -> str:
    identity = _identity.create_identity("unit/0", datetime.datetime.now(datetime.timezone.utc))
    _identities[identity.certificate] = identity
    return identity.certificate
