"""The answers of a simulated provider."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast, get_args

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from ops import testing

from charmlibs.interfaces.lxd import _identity

ProviderState = Literal["waiting", "pending", "trusted", "rejected"]
"""What the provider answers.

- `waiting`: nothing yet.
- `pending`: the newest certificate is not registered yet. LXD trusts the others.
- `trusted`: LXD trusts all certificates.
- `rejected`: the provider rejects the newest certificate. LXD trusts the others.
"""

NODES: Mapping[str, str] = {
    "node-1": "https://192.0.2.1:8443",
    "node-2": "https://192.0.2.2:8443",
}
"""The endpoint of each simulated node, by name. Nothing listens there."""

SERVER_CERTIFICATE: str = _identity.create_identity(
    "node-1", datetime.datetime.now(datetime.timezone.utc)
).certificate
"""The PEM certificate that the simulated nodes present. It differs in each run."""


def answer(
    relation: testing.Relation,
    state: ProviderState = "trusted",
    *,
    code: str = "expired",
    reason: str | None = None,
    provider_error: str | None = None,
    nodes: Mapping[str, str] = NODES,
    projects: Sequence[str] | None = None,
) -> testing.Relation:
    """Returns the relation with the provider's answer to what the charm offers in it.

    The answer stands where the charm asked: in the databags of units, or of the application.

    Example:
        out = ctx.run(ctx.on.relation_created(relation), testing.State(relations=[relation]))
        relation = answer(out.get_relation(relation.id))

    Args:
        relation: The relation, with the charm's offer.
        state: What the provider answers.
        code: The code of the rejection, if the state is `rejected`.
        reason: The reason of the rejection.
        provider_error: The code of the provider's error, such as `lxd-unreachable`.
        nodes: The endpoint of each node, by name.
        projects: The projects that the certificates get. Left out, they get what they ask for.

    Raises:
        ValueError: There is no such state.
    """
    if state not in get_args(ProviderState):
        raise ValueError(f"No state {state!r}: it is one of {', '.join(get_args(ProviderState))}")
    asked = asked_of(relation)
    certificates = json.loads(asked.get("client_certificates", "[]"))
    rejection = {"code": code, "reason": reason or f"The reason is {code}"}
    simulated = _Provider(
        state=state,
        offered={_fingerprint(one): one for one in certificates},
        rejection=rejection,
        nodes=nodes,
        projects=list(projects) if projects else json.loads(asked.get("projects", "null")),
    )
    databag = {} if state == "waiting" else simulated.databag()
    if provider_error:
        told = {"code": provider_error, "reason": f"The reason is {provider_error}"}
        databag["provider_error"] = json.dumps(told)
    return _placed(relation, databag)


@dataclasses.dataclass(frozen=True)
class _Provider:
    state: ProviderState
    offered: Mapping[str, str]
    rejection: Mapping[str, str]
    nodes: Mapping[str, str]
    projects: list[str] | None

    @property
    def _trusted(self) -> list[str]:
        return sorted(list(self.offered)[0 if self.state == "trusted" else 1 :])

    def databag(self) -> dict[str, str]:
        nodes = [
            {"endpoint": endpoint, "name": name, "trusted_certs_fp": self._trusted}
            for name, endpoint in self.nodes.items()
        ]
        values: dict[str, Any] = {
            "nodes": nodes,
            "registered_certificates": [self.offered[one] for one in self._trusted],
            "certificates": [self._about(one) for one in sorted(self.offered)],
            "rejected_certificates": [
                # The library knows its certificates, whatever the unit's name.
                {"unit": "unit/0", "fingerprint": one, **self.rejection}
                for one in list(self.offered)[:1]
                if self.state == "rejected"
            ],
        }
        # The other lists are absent if they are empty.
        kept = {"nodes", "registered_certificates"}
        texts = {key: json.dumps(value) for key, value in values.items() if value or key in kept}
        return {"version": "1.0", "server_certificate": SERVER_CERTIFICATE, **texts}

    def _about(self, fingerprint: str) -> dict[str, Any]:
        x509_certificate = _load(self.offered[fingerprint])
        expires = x509_certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
        told: dict[str, Any] = {"fingerprint": fingerprint, "expires_at": expires}
        if fingerprint in self._trusted:
            return {**told, "state": "trusted", "projects": self.projects}
        if self.state == "rejected":
            return {**told, "state": "rejected", **self.rejection}
        return {**told, "state": "pending"}


def is_for_application(relation: testing.Relation) -> bool:
    """Whether the charm's application asks, and not its unit."""
    return "client_certificates" in _mapping(relation.local_app_data)


def asked_of(relation: testing.Relation) -> Mapping[str, str]:
    """Returns the databag in which the charm asks."""
    is_of_application = is_for_application(relation)
    return _mapping(relation.local_app_data if is_of_application else relation.local_unit_data)


def _placed(relation: testing.Relation, databag: dict[str, str]) -> testing.Relation:
    # The provider's units always answer, and the leader answers an application that asks.
    units = {
        unit: {**_network(_mapping(data)), **databag}
        for unit, data in relation.remote_units_data.items()
    }
    application = databag if is_for_application(relation) else {}
    return dataclasses.replace(relation, remote_units_data=units, remote_app_data=application)


def _mapping(databag: object) -> Mapping[str, str]:
    """Some versions of ops.testing do not tell type checkers what a databag is."""
    return cast("Mapping[str, str]", databag)


def _network(databag: Mapping[str, str]) -> dict[str, str]:
    kept = ("egress-subnets", "ingress-address", "private-address")
    return {key: databag[key] for key in kept if key in databag}


def _load(certificate: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificate.encode())


def _fingerprint(certificate: str) -> str:
    return _load(certificate).fingerprint(hashes.SHA256()).hex()
