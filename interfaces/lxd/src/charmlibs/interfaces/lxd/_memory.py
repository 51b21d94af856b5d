"""What the charm was told already, so that each change is told once."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

from ops.framework import BoundStoredState

from ._access import LxdAccess

Change = Literal["ready", "rejected", "nodes_changed", "gone"]


class Memory:
    """Remembers each relation's last state from hook to hook."""

    def __init__(self, stored: BoundStoredState) -> None:
        stored.set_default(told="{}")
        self._stored = stored

    def changes(self, access: LxdAccess) -> list[Change]:
        """Returns what has changed since the last call, and remembers the present state."""
        told = self._told
        before, now = told.get(access.relation.id, {}), _state(access)
        changes = _changes(before, now)
        is_gone = "gone" in changes or (bool(before.get("gone")) and not now["used"])
        told[access.relation.id] = {**now, "gone": "yes" if is_gone else ""}
        self._told = told
        return changes

    def forget(self, relation_id: int) -> list[Change]:
        """Forgets a relation that is gone, and returns what was not told yet."""
        told = self._told
        before = told.pop(relation_id, {})
        self._told = told
        # The units of the provider depart first, and the access is gone with the last one.
        return [] if before.get("gone") else ["gone"]

    @property
    def _told(self) -> dict[int, dict[str, str]]:
        return {int(key): state for key, state in json.loads(str(self._stored.told)).items()}

    @_told.setter
    def _told(self, told: dict[int, dict[str, str]]) -> None:
        self._stored.told = json.dumps(told)


def _state(access: LxdAccess) -> dict[str, str]:
    used = access.identity if access.is_ready else None
    nodes = [access.server_certificate, sorted((one.endpoint, one.name) for one in access.nodes)]
    newest = access.identities[0] if access.identities else None
    is_rejected = newest is not None and access.standing_of(newest) == "rejected"
    reasons = [(one.fingerprint, one.code, one.reason) for one in access.rejections]
    return {
        "used": used.fingerprint if used else "",
        "nodes": _digest(nodes),
        "rejected": _digest(reasons) if is_rejected else "",
    }


def _changes(before: dict[str, str], now: dict[str, str]) -> list[Change]:
    changes: list[Change] = []
    if now["used"] and now["used"] != before.get("used", ""):
        changes.append("ready")
    elif now["used"] and now["nodes"] != before.get("nodes", ""):
        changes.append("nodes_changed")
    if before.get("used") and not now["used"]:
        changes.append("gone")
    if now["rejected"] and now["rejected"] != before.get("rejected", ""):
        changes.append("rejected")
    return changes


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
