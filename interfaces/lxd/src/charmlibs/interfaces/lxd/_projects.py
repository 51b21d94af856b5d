"""Names of LXD projects."""

from __future__ import annotations

from collections.abc import Sequence

from ._bounds import line

MAXIMUM = 64
"""The most projects that the interface takes."""

_MAXIMUM_NAME = 1024
_FORBIDDEN = frozenset("/'\"")


def reason_against(projects: Sequence[str]) -> str | None:
    """Checks names of projects.

    Returns:
        The reason why they cannot be offered, or None if they can.
    """
    if isinstance(projects, str):
        return f'Cannot use projects "{line(projects)}": they must be a list'
    if not projects:
        return "Cannot use projects: name at least one, or leave the projects out"
    if len(set(projects)) > MAXIMUM:
        return f"Cannot use {len(set(projects))} projects: the limit is {MAXIMUM}"
    bad = next((name for name in projects if not is_name(name)), None)
    return None if bad is None else f'Cannot use project "{line(bad)}": LXD takes no such name'


def is_name(name: str) -> bool:
    """Whether LXD, and the interface, take the name of a project."""
    if not 0 < len(name) <= _MAXIMUM_NAME or name in ("*", ".", "..") or "-----BEGIN" in name:
        return False
    # A space is printable.
    return name.isprintable() and not any(one in _FORBIDDEN or one.isspace() for one in name)
