"""Reads what a provider of the interface has written, whoever it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ._answer import Answer, CertificateAnswer, Node, ProviderError, Rejection
from ._bounds import MAXIMUM_TEXT, line, parse_json

_ENDPOINT = re.compile(r"https://(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}", re.ASCII)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_PEM = re.compile(
    r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----", re.ASCII
)

_MAXIMUM_PORT = 65_535
_MAXIMUM_NAME = 253
_MAXIMUM_CODE = 64


def is_answer(databag: Mapping[str, str]) -> bool:
    """Whether a provider has written anything into a databag."""
    return any(databag.get(key) for key in ("version", "nodes", "provider_error"))


def read_answer(databags: Iterable[Mapping[str, str]]) -> Answer:
    """Reads the databags of a provider.

    Several units of a provider answer the same, but one may be later than another. Their answers
    are joined: what one unit lists as trusted is trusted.
    """
    told = [databag for databag in databags if is_answer(databag)]
    if not told:
        return Answer()
    nodes = _join_nodes(node for databag in told for node in _nodes(databag))
    trusted = frozenset[str]().union(*(node.trusted for node in nodes))
    rejections = (one for databag in told for one in _rejections(databag))
    servers = (_server_certificate(databag.get("server_certificate", "")) for databag in told)
    errors = [_provider_error(databag) for databag in told]
    return Answer(
        version=_version(told),
        nodes=nodes,
        server_certificate=next((server for server in servers if server), None),
        certificates=_join_certificates(told),
        # One unit may still list a rejection whose reason is gone.
        rejections=tuple(
            dict.fromkeys(one for one in rejections if one.fingerprint not in trusted)
        ),
        # A unit without an error manages LXD.
        provider_error=errors[0] if all(errors) else None,
    )


def _version(databags: Sequence[Mapping[str, str]]) -> str:
    texts = (databag.get("version", "").replace('"', "").strip() for databag in databags)
    return line(next((text for text in texts if text), "1.0"), _MAXIMUM_CODE)


def _items(databag: Mapping[str, str], key: str) -> list[dict[str, Any]]:
    """Reads a list of objects. What is none is left out."""
    value = parse_json(databag.get(key, ""))
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _nodes(databag: Mapping[str, str]) -> list[Node]:
    """Reads all nodes or none: without the others, a certificate would seem trusted everywhere."""
    nodes: list[Node] = []
    value = parse_json(databag.get("nodes", ""))
    for item in value if isinstance(value, list) else []:
        if not isinstance(item, dict):
            return []
        endpoint, name, told = (item.get(key) for key in ("endpoint", "name", "trusted_certs_fp"))
        if not isinstance(endpoint, str) or not isinstance(name, str) or not _is_endpoint(endpoint):
            return []
        # The original charm wrote the JSON of a list into the JSON of the nodes.
        listed = parse_json(told) if isinstance(told, str) else told
        fingerprints = listed if isinstance(listed, list) else []
        trusted = frozenset(one for one in fingerprints if _is_fingerprint(one))
        nodes.append(Node(endpoint, line(name, _MAXIMUM_NAME), trusted))
    return nodes


def _is_endpoint(text: str) -> bool:
    if len(text) > 2 * _MAXIMUM_NAME or not _ENDPOINT.fullmatch(text):
        return False
    return 0 < int(text.rsplit(":", 1)[1]) <= _MAXIMUM_PORT


def _is_fingerprint(value: object) -> bool:
    return isinstance(value, str) and _FINGERPRINT.fullmatch(value) is not None


def _join_nodes(nodes: Iterable[Node]) -> tuple[Node, ...]:
    joined: dict[str, Node] = {}
    for node in nodes:
        former = joined.get(node.endpoint)
        trusted = node.trusted | former.trusted if former else node.trusted
        joined[node.endpoint] = Node(node.endpoint, node.name, trusted)
    return tuple(joined.values())


def _rejections(databag: Mapping[str, str]) -> list[Rejection]:
    found = []
    for item in _items(databag, "rejected_certificates"):
        unit, fingerprint, reason = (item.get(key) for key in ("unit", "fingerprint", "reason"))
        if not isinstance(unit, str) or not isinstance(reason, str):
            continue
        if fingerprint is None or _is_fingerprint(fingerprint):
            code = _code(item.get("code"))
            found.append(Rejection(line(unit), fingerprint, code, line(reason)))
    return found


def _code(value: object) -> str | None:
    return line(value, _MAXIMUM_CODE) if isinstance(value, str) and value else None


def _join_certificates(databags: Sequence[Mapping[str, str]]) -> dict[str, CertificateAnswer]:
    order = ("pending", "rejected", "trusted")
    joined: dict[str, CertificateAnswer] = {}
    for databag in databags:
        for item in _items(databag, "certificates"):
            fingerprint, state = item.get("fingerprint"), item.get("state")
            if not isinstance(fingerprint, str) or not _is_fingerprint(fingerprint):
                continue
            if state not in order:
                continue
            former = joined.get(fingerprint)
            if former is None or order.index(state) > order.index(former.state):
                joined[fingerprint] = _certificate_answer(state, item)
    return joined


def _certificate_answer(state: str, item: dict[str, Any]) -> CertificateAnswer:
    time = item.get("expires_at")
    expires_at = time if isinstance(time, str) and _TIME.fullmatch(time) else None
    projects = _projects(item.get("projects")) if state == "trusted" else None
    reason = item.get("reason")
    told = line(reason) if isinstance(reason, str) else ""
    return CertificateAnswer(state, projects, expires_at, _code(item.get("code")), told)


def _projects(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = value if isinstance(value, list) else []
    return tuple(name for name in names if isinstance(name, str))


def _server_certificate(text: str) -> str | None:
    found = _PEM.search(text) if len(text) <= MAXIMUM_TEXT else None
    return f"{found[0]}\n" if found else None


def _provider_error(databag: Mapping[str, str]) -> ProviderError | None:
    value = parse_json(databag.get("provider_error", ""))
    code = _code(value.get("code")) if isinstance(value, dict) else None
    if code is None:
        return None
    reason = value.get("reason")
    return ProviderError(code, line(reason) if isinstance(reason, str) else code)
