"""A charm that uses the library, for its tests."""

from __future__ import annotations

import ops

from charmlibs.interfaces.lxd import LxdRequirer

META = {"name": "my-charm", "requires": {"lxd": {"interface": "lxd"}}}
CONFIG = {"options": {"projects": {"type": "string"}, "owner": {"type": "string"}}}
ACTIONS: dict[str, dict[str, str]] = {"rotate": {}, "withdraw": {}, "rotate-and-withdraw": {}}


class MyCharm(ops.CharmBase):
    """Relates to LXD, and tells which events of the library it sees."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        projects = self.config.get("projects")
        self.lxd = LxdRequirer(
            self,
            projects=None if projects is None else str(projects).split(","),
            owner="application" if self.config.get("owner") == "application" else "unit",
        )
        self.seen: list[str] = []
        for name in ("ready", "rejected", "nodes_changed", "gone"):
            framework.observe(getattr(self.lxd.on, name), self._on_lxd)
        framework.observe(self.on.collect_unit_status, self._on_collect_unit_status)
        framework.observe(self.on.rotate_action, self._on_rotate)
        framework.observe(self.on.withdraw_action, self._on_withdraw)
        framework.observe(self.on.rotate_and_withdraw_action, self._on_rotate)
        framework.observe(self.on.rotate_and_withdraw_action, self._on_withdraw)

    def _on_lxd(self, event: ops.RelationEvent) -> None:
        self.seen.append(event.handle.kind)

    def _on_collect_unit_status(self, event: ops.CollectStatusEvent) -> None:
        event.add_status(self.lxd.status)

    def _on_rotate(self, _event: ops.ActionEvent) -> None:
        if not self.lxd.rotate():
            self.seen.append("not rotated")

    def _on_withdraw(self, _event: ops.ActionEvent) -> None:
        self.lxd.withdraw()
