"""Keeps identities in Juju secrets.

Each identity has a secret of its own. The removal of a secret removes its key at once. With a new
revision of one secret instead, the former revision would keep its key for another hook: Juju drops
an update of a secret if a revision of it is removed in the same hook.

The labels of the secrets are fixed, so that they are found without any other state, even when the
relation can no longer be read.
"""

from __future__ import annotations

from typing import NamedTuple

import ops

from ._identity import Identity

MAXIMUM = 3
"""The most identities of one relation: one in use, one that was offered, and a newer one."""

# Juju takes a label again only after the hook that removed its secret.
_SLOTS = MAXIMUM + 1

_DESCRIPTION = "A key for LXD, made by charmlibs-interfaces-lxd"


class _Kept(NamedTuple):
    number: int
    identity: Identity
    secret: ops.Secret


class IdentityStore:
    """The identities of one relation, from the end of the hook on.

    Args:
        model: The charm's model.
        owner: The owner of the secrets.
        relation_id: The id of the relation, which Juju uses only once.
    """

    def __init__(
        self, model: ops.Model, owner: ops.Unit | ops.Application, relation_id: int
    ) -> None:
        self._model = model
        self._owner = owner
        self._relation_id = relation_id
        self._kept: dict[int, _Kept] = {}
        self._free: list[int] = []
        self._new: Identity | None = None
        for slot in range(_SLOTS):
            self._load(slot)

    def _label(self, slot: int) -> str:
        kind = "unit" if isinstance(self._owner, ops.Unit) else "application"
        return label_of(kind, self._relation_id, slot)

    def _load(self, slot: int) -> None:
        try:
            secret = self._model.get_secret(label=self._label(slot))
        except ops.SecretNotFoundError:
            self._free.append(slot)
        else:
            self._kept[slot] = _read(secret)

    @property
    def identities(self) -> tuple[Identity, ...]:
        """The identities, newest first."""
        kept = sorted(self._kept.values(), key=lambda one: one.number, reverse=True)
        return tuple(one.identity for one in kept)

    @property
    def has_added(self) -> bool:
        """Whether an identity was added in this hook."""
        return self._new is not None

    def add(self, identity: Identity) -> None:
        """Adds an identity as the newest one.

        If there are too many, the one that was the newest goes. The oldest one stays, which may be
        in use.
        """
        if len(self._kept) >= MAXIMUM:
            self.remove(self.identities[0])
        number = 1 + max((one.number for one in self._kept.values()), default=0)
        slot = self._free.pop(0)
        secret = self._owner.add_secret(
            write(identity, number), label=self._label(slot), description=_DESCRIPTION
        )
        self._kept[slot] = _Kept(number, identity, secret)
        self._new = identity

    def remove(self, identity: Identity) -> None:
        """Removes an identity with its secret, unless it was added in this hook.

        Juju has no secret to remove before the end of the hook that adds it, and the removal would
        fail the hook.
        """
        for slot, kept in list(self._kept.items()):
            if kept.identity == identity and identity != self._new:
                kept.secret.remove_all_revisions()
                del self._kept[slot]

    def clear(self) -> None:
        """Removes all identities that were not added in this hook."""
        for identity in self.identities:
            self.remove(identity)


def label_of(kind: str, relation_id: int, slot: int) -> str:
    """Returns the label of a secret. Units and their application must not share a label."""
    return f"charmlibs-lxd.{relation_id}.{kind}.{slot}"


def write(identity: Identity, number: int) -> dict[str, str]:
    """Returns the content of a secret."""
    return {
        "certificate": identity.certificate,
        "private-key": identity.private_key,
        "number": str(number),
    }


def _read(secret: ops.Secret) -> _Kept:
    content = secret.get_content()
    identity = Identity(content["certificate"], content["private-key"])
    return _Kept(int(content["number"]), identity, secret)
