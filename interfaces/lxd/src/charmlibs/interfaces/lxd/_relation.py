"""Reads and writes the databags of a relation.

Juju 4 still lists a relation that was removed by force, but lets nobody read or write it. Nothing
here fails for it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import ops

from ._answer import Answer
from ._read import is_answer, read_answer

logger = logging.getLogger(__name__)


def read_own(relation: ops.Relation, owner: ops.Unit | ops.Application) -> dict[str, str] | None:
    """Reads an own databag.

    Returns:
        The databag, or None if it cannot be read.
    """
    try:
        return dict(relation.data[owner])
    except ops.ModelError as error:
        logger.warning("Cannot read relation %s: %s", relation.id, error)
        return None


def write_own(
    relation: ops.Relation, owner: ops.Unit | ops.Application, values: Mapping[str, str]
) -> None:
    """Writes what differs into an own databag. An empty value deletes its key."""
    try:
        databag = relation.data[owner]
        for key, value in values.items():
            if databag.get(key, "") != value:
                databag[key] = value
    except ops.ModelError as error:
        logger.warning("Cannot write relation %s: %s", relation.id, error)


def read_provider(relation: ops.Relation, owner: ops.Unit | ops.Application) -> Answer:
    """Reads the provider's answer from where the owner has asked."""
    try:
        if isinstance(owner, ops.Application) and relation.app:
            application = relation.data[relation.app]
            # Older providers answer in the databags of their units alone.
            if is_answer(application):
                return read_answer([application])
        units = sorted(relation.units, key=lambda unit: unit.name)
        return read_answer([relation.data[unit] for unit in units])
    except ops.ModelError as error:
        logger.warning("Cannot read the provider of relation %s: %s", relation.id, error)
        return Answer()
