"""Runs the charm of the tests from state to state, as Juju does."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, cast

from ops import testing

import charm
from charmlibs.interfaces import lxd_testing


@dataclasses.dataclass
class Driver:
    """A unit of the charm, with its state.

    Attributes:
        relation: The relation as the unit sees it.
        secrets: The secrets.
        config: The options of the charm.
        leader: Whether the unit leads.
        seen: The events of the library in the last hook.
    """

    relation: testing.Relation
    secrets: list[testing.Secret] = dataclasses.field(default_factory=list)
    config: dict[str, str] = dataclasses.field(default_factory=dict)
    leader: bool = True
    stored: frozenset[testing.StoredState] = frozenset()
    seen: list[str] = dataclasses.field(default_factory=list)
    status: tuple[str, str] = ("unknown", "")
    manager: Any = None

    def run(self, hook: str, **given: Any) -> Any:
        """Runs a hook, and returns the charm's `LxdRequirer` as it was at the end."""
        context = testing.Context(
            charm.MyCharm, meta=charm.META, config=charm.CONFIG, actions=charm.ACTIONS
        )
        if hook.startswith("action:"):
            event = context.on.action(hook.removeprefix("action:"))
        elif hook.startswith("relation_"):
            if hook in ("relation_changed", "relation_joined", "relation_departed"):
                given.setdefault("remote_unit", 0)
            event = getattr(context.on, hook)(self.relation, **given)
        else:
            event = getattr(context.on, hook)()
        state = testing.State(
            relations=[self.relation],
            secrets=self.secrets,
            config=dict(self.config),
            leader=self.leader,
            stored_states=self.stored,
        )
        with context(event, state) as manager:
            out = manager.run()
            lxd = manager.charm.lxd
            self.seen = manager.charm.seen
            self.relation = out.get_relation(self.relation.id)
            self.secrets = list(out.secrets)
            self.stored = frozenset(out.stored_states)
            self.status = (out.unit_status.name, out.unit_status.message)
            # The properties read the model, which is gone after this block.
            return Seen(lxd)

    def answer(self, state: Any = "trusted", **options: Any) -> None:
        """Lets the provider answer."""
        self.relation = lxd_testing.answer(self.relation, state, **options)

    @property
    def local(self) -> dict[str, str]:
        """The databag of the unit."""
        data: Any = self.relation.local_unit_data
        return cast("dict[str, str]", data)

    @property
    def application(self) -> dict[str, str]:
        """The databag of the application."""
        data: Any = self.relation.local_app_data
        return cast("dict[str, str]", data)

    @property
    def remote(self) -> dict[str, str]:
        """The databag of the provider's unit."""
        data: Any = self.relation.remote_units_data[0]
        return cast("dict[str, str]", data)

    @property
    def remote_application(self) -> dict[str, str]:
        """The databag of the provider's application."""
        data: Any = self.relation.remote_app_data
        return cast("dict[str, str]", data)

    @property
    def contents(self) -> list[dict[str, str]]:
        """The contents of the secrets."""
        return [cast("dict[str, str]", secret.latest_content) for secret in self.secrets]

    @property
    def offered(self) -> list[str]:
        """The certificates that the charm offers."""
        databag = {**self.application, **self.local}
        offered: list[str] = json.loads(databag.get("client_certificates", "[]"))
        return offered


class Seen:
    """The properties of `LxdRequirer` at the end of a hook."""

    def __init__(self, lxd: Any) -> None:
        self.is_ready: bool = lxd.is_ready
        self.nodes = lxd.nodes
        self.granted_projects = lxd.granted_projects
        self.rejections = lxd.rejections
        self.provider_error = lxd.provider_error
        self.accesses = lxd.accesses
        self.identity = self.accesses[0].identity if self.accesses else None


def fresh(**options: Any) -> Driver:
    """Returns a unit whose relation has just been made."""
    relation = testing.Relation("lxd", interface="lxd", remote_app_name="lxd-integrator")
    return Driver(relation, **options)


def made(state: Any = "trusted", *, config: dict[str, str] | None = None, **options: Any) -> Driver:
    """Returns a unit that has offered a certificate, in a state of the provider."""
    relation = lxd_testing.relation_for_requirer("lxd", state, **options)
    secrets = lxd_testing.secrets_for_requirer(relation)
    return Driver(relation, secrets, config=config or {})
