"""The status of an access: what can be waited for is waiting, what cannot is blocked."""

from __future__ import annotations

import dataclasses

import ops

from ._answer import Answer, Rejection
from ._bounds import line
from ._identity import Identity

# Errors of the provider that may end by themselves. All others are for an operator.
_PASSING = frozenset({"lxd-unreachable", "lxd-failed"})

# As `lxc config trust list` shows.
_SHOWN_DIGITS = 12


@dataclasses.dataclass(frozen=True)
class Facts:
    """What a status depends on."""

    answer: Answer
    is_ready: bool
    newest: Identity | None
    used: Identity | None
    rejections: tuple[Rejection, ...]
    missing_projects: tuple[str, ...]
    is_pinned: bool


def status_of(facts: Facts) -> ops.StatusBase:
    """Returns the status."""
    answer = facts.answer
    if not answer.is_supported:
        return ops.BlockedStatus(
            f"LXD's provider speaks version {answer.version} of the interface lxd, not 1"
        )
    if facts.is_ready:
        return ops.ActiveStatus(_rejected(facts) or _failed(facts) or "")
    if reason := _rejected(facts):
        return ops.BlockedStatus(reason)
    if reason := _failed(facts):
        passes = answer.provider_error and answer.provider_error.code in _PASSING
        return ops.WaitingStatus(reason) if passes else ops.BlockedStatus(reason)
    return _waiting(facts)


def _rejected(facts: Facts) -> str | None:
    newest = facts.newest
    if newest is None or facts.answer.standing_of(newest.fingerprint) != "rejected":
        return None
    reasons = dict.fromkeys(
        one.reason
        for one in facts.rejections
        if one.fingerprint in (newest.fingerprint, None) and one.reason
    )
    why = "; ".join(reasons) or "it tells no reason"
    return line(f"LXD's provider rejects certificate {_short(newest)}: {why}")


def _failed(facts: Facts) -> str | None:
    error = facts.answer.provider_error
    return f"LXD's provider: {error.reason}" if error else None


def _waiting(facts: Facts) -> ops.StatusBase:
    if facts.used is None and facts.answer.version is None:
        return ops.WaitingStatus("Waiting for LXD's provider to answer")
    if facts.newest is None:
        return ops.WaitingStatus("No certificate is offered to LXD's provider")
    if facts.used is None:
        shown = _short(facts.newest)
        return ops.WaitingStatus(f"Waiting for each LXD node to trust certificate {shown}")
    if not facts.is_pinned:
        return ops.BlockedStatus("Cannot pin LXD: its provider tells no server certificate")
    if facts.missing_projects:
        names = ", ".join(facts.missing_projects)
        return ops.WaitingStatus(line(f"Waiting for access to the LXD projects {names}"))
    return ops.WaitingStatus(
        f"Waiting for LXD to trust a certificate: {_short(facts.used)} expired"
    )


def _short(identity: Identity) -> str:
    return identity.fingerprint[:_SHOWN_DIGITS]
