"""Reads text of others. Nothing here raises an exception for bad text."""

from __future__ import annotations

import json
from typing import Any

MAXIMUM_TEXT = 16_777_216
"""The most characters of one key that are read. Providers answer all requirers of a relation."""

# A list or an object takes about 100 bytes of memory.
_MAXIMUM_LISTS = 200_000

_MAXIMUM_LINE = 512


def parse_json(text: str) -> Any:
    """Parses JSON.

    Returns:
        The value, or None if the text is no JSON, or is too large.
    """
    if len(text) > MAXIMUM_TEXT or text.count("[") + text.count("{") > _MAXIMUM_LISTS:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def line(text: str, limit: int = _MAXIMUM_LINE) -> str:
    r"""Makes text safe for a status or a log.

    Characters that cannot be seen, or that would break the line, are escaped: `\x1b`.

    Args:
        text: The text.
        limit: The most characters of the result.
    """
    shown = "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode("ascii")
        for one in text[:limit]
    )
    return shown if len(text) <= limit and len(shown) <= limit else f"{shown[: limit - 3]}..."
