#!/usr/bin/env python3
"""A charm that talks to LXD."""

import logging

import ops
from charmlibs.interfaces.lxd import LxdRequirer, LxdResponseError, Node, PinError

logger = logging.getLogger(__name__)


class PyCharm(ops.CharmBase):
    """Visits each LXD node, and says what it sees there."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.project = str(self.config["project"])
        is_shared = self.config["owner"] == "application"
        self.lxd = LxdRequirer(
            self,
            "lxd",
            projects=[self.project],
            owner="application" if is_shared else "unit",
        )
        framework.observe(self.lxd.on.ready, self._on_lxd)
        framework.observe(self.lxd.on.nodes_changed, self._on_lxd)
        framework.observe(self.lxd.on.rejected, self._on_lxd)
        framework.observe(self.lxd.on.gone, self._on_lxd)
        framework.observe(self.on.collect_unit_status, self._on_collect_unit_status)
        framework.observe(self.on.rotate_action, self._on_rotate)
        framework.observe(self.on.list_instances_action, self._on_list_instances)

    def _on_lxd(self, event: ops.RelationEvent) -> None:
        # A real charm would write the configuration of its workload here.
        logger.info("lxd: %s %s", event.handle.kind, [node.name for node in self.lxd.nodes])

    def _on_collect_unit_status(self, event: ops.CollectStatusEvent) -> None:
        if self.lxd.is_ready:
            event.add_status(self._visit())
        event.add_status(self.lxd.status)

    def _on_rotate(self, event: ops.ActionEvent) -> None:
        if not self.lxd.rotate():
            event.fail("No certificate can be offered now")

    def _on_list_instances(self, event: ops.ActionEvent) -> None:
        if not self.lxd.is_ready:
            event.fail(self.lxd.status.message)
            return
        for node in self.lxd.nodes:
            client = self.lxd.client(node).pylxd(self.project)
            names = [instance.name for instance in client.instances.all()]
            event.set_results({node.name: ", ".join(names) or "none"})

    def _visit(self) -> ops.StatusBase:
        """Counts the instances at each node."""
        counts = []
        for node in self.lxd.nodes:
            try:
                counts.append(f"{node.name} {self._count(node)}")
            except (LxdResponseError, PinError) as error:
                return ops.BlockedStatus(f"{node.name}: {error}")
            except OSError as error:
                return ops.WaitingStatus(f"{node.name} does not answer: {error}")
        identity = self.lxd.accesses[0].identity
        digits = identity.fingerprint[:12] if identity else "none"
        return ops.ActiveStatus(f"{', '.join(counts)}, certificate {digits}")

    def _count(self, node: Node) -> int:
        client = self.lxd.client(node)
        if client.request("GET", "/1.0")["auth"] != "trusted":
            raise LxdResponseError(403, "the certificate is not trusted")
        return len(client.request("GET", f"/1.0/instances?project={self.project}"))


if __name__ == "__main__":
    ops.main(PyCharm)
