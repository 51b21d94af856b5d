"""How answers of providers are read: old ones, odd ones and hostile ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from charmlibs.interfaces.lxd import (
    LIMITS,
    PROVIDER_ERROR_CODES,
    REJECTION_CODES,
    WARNING_CODES,
    _answer,
    _bounds,
    _read,
)
from driver import made

FINGERPRINT = "ab" * 32
OTHER = "cd" * 32
NODE: dict[str, Any] = {
    "endpoint": "https://10.0.0.1:8443",
    "name": "one",
    "trusted_certs_fp": [FINGERPRINT],
}


def answer(**databag: Any) -> _answer.Answer:
    texts = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in databag.items()
    }
    return _read.read_answer([texts])


@pytest.mark.parametrize("version", ["1.0", "1", "1.7", '"1.0"', "1.0\n", ""])
def test_takes_every_version_1(version: str) -> None:
    assert answer(version=version, nodes=[NODE]).standing_of(FINGERPRINT) == "trusted"


@pytest.mark.parametrize("version", ["2.0", "0.9", "10", "one", "\x1b[31m2.0"])
def test_tells_another_version(version: str) -> None:
    read = answer(version=version, nodes=[NODE])
    assert read.standing_of(FINGERPRINT) == "unsupported"
    assert (read.version or "").isprintable()


def test_an_unsupported_version_blocks() -> None:
    unit = made()
    unit.remote["version"] = "2.0"
    assert not unit.run("relation_changed").is_ready
    assert unit.status == (
        "blocked",
        "LXD's provider speaks version 2.0 of the interface lxd, not 1",
    )


def test_reads_the_original_charm() -> None:
    node = {**NODE, "trusted_certs_fp": json.dumps([FINGERPRINT])}
    read = answer(version="1.0", nodes=[node])
    assert read.standing_of(FINGERPRINT) == "trusted"
    assert read.standing_of(OTHER) == "waiting"
    assert read.server_certificate is None
    assert answer(nodes=[{**NODE, "trusted_certs_fp": "[]"}]).standing_of(OTHER) == "waiting"


def test_the_original_charm_tells_no_certificate_to_pin() -> None:
    unit = made()
    del unit.remote["server_certificate"]
    assert not unit.run("relation_changed").is_ready
    assert unit.status == (
        "blocked",
        "Cannot pin LXD: its provider tells no server certificate",
    )


@pytest.mark.parametrize(
    "nodes",
    [
        "",
        "[",
        "null",
        "{}",
        "7",
        '"text"',
        [7, None, [], "text"],
        [{}],
        [{**NODE, "endpoint": 7}],
        [{**NODE, "name": None}],
        [{**NODE, "endpoint": "http://10.0.0.1:8443"}],
        [{**NODE, "endpoint": "https://10.0.0.1"}],
        [{**NODE, "endpoint": "https://10.0.0.1:0"}],
        [{**NODE, "endpoint": "https://10.0.0.1:65536"}],
        [{**NODE, "endpoint": "https://me@10.0.0.1:8443"}],
        [{**NODE, "endpoint": "https://10.0.0.1:8443/path"}],
        [{**NODE, "endpoint": "https://10.0.0.1:8443\n"}],
        [{**NODE, "endpoint": f"https://{'a' * 1000}:8443"}],
        # One bad node makes the others useless.
        [NODE, {**NODE, "endpoint": "https://10.0.0.2"}],
        [NODE, 7],
        "[" * 90_000,
        "[" * 200_001,
        f"[{'[],' * 200_000}[]]",
        json.dumps([NODE]) + " " * _bounds.MAXIMUM_TEXT,
        f"[{'9' * 10_000}]",
    ],
    ids=lambda nodes: str(nodes)[:60],
)
def test_leaves_out_what_is_no_node(nodes: Any) -> None:
    read = answer(version="1.0", nodes=nodes)
    assert read.nodes == ()
    assert read.standing_of(FINGERPRINT) == "waiting"


@pytest.mark.parametrize("told", [None, 7, "", "[", {}, [7, None], ["AB" * 32], [FINGERPRINT[1:]]])
def test_leaves_out_what_is_no_fingerprint(told: Any) -> None:
    read = answer(nodes=[{**NODE, "trusted_certs_fp": told}])
    assert [node.name for node in read.nodes] == ["one"]
    assert read.nodes[0].trusted == frozenset()


def test_takes_an_ipv6_address() -> None:
    read = answer(nodes=[{**NODE, "endpoint": "https://[fd42::1]:8443"}])
    assert read.nodes[0].endpoint == "https://[fd42::1]:8443"


@pytest.mark.parametrize(
    "text",
    ["\x1b[31mred", "two\nlines", "\ud800", "\u202eright to left", "a\x00b", "x" * 100_000],
    ids=ascii,
)
def test_text_of_others_is_one_short_visible_line(text: str) -> None:
    rejections = [{"unit": text, "fingerprint": FINGERPRINT, "code": text, "reason": text}]
    read = answer(
        nodes=[{**NODE, "name": text, "trusted_certs_fp": []}],
        rejected_certificates=rejections,
        provider_error={"code": text, "reason": text},
    )
    (rejection,) = read.rejections
    assert read.provider_error
    told = [
        read.nodes[0].name,
        rejection.unit,
        rejection.code or "",
        rejection.reason,
        read.provider_error.code,
        read.provider_error.reason,
    ]
    for one in told:
        assert one.isprintable()
        assert one.encode()
        assert 0 < len(one) <= 512


@pytest.mark.parametrize(
    "databag",
    [
        {"rejected_certificates": "["},
        {"rejected_certificates": [7, {}, {"unit": 7, "fingerprint": None, "reason": ""}]},
        {"rejected_certificates": [{"unit": "a/0", "fingerprint": "aa", "reason": ""}]},
        {"certificates": [7, {}, {"fingerprint": FINGERPRINT, "state": "lost"}]},
        {"certificates": {"fingerprint": FINGERPRINT, "state": "trusted"}},
        {"certificates": [{"fingerprint": [], "state": []}]},
        {"provider_error": "[]"},
        {"provider_error": {"reason": "none"}},
        {"server_certificate": "-----BEGIN PRIVATE KEY-----"},
        {"unknown": "x" * 20_000_000},
    ],
    ids=lambda databag: str(databag)[:60],
)
def test_ignores_what_it_cannot_read(databag: dict[str, Any]) -> None:
    read = answer(version="1.0", nodes=[NODE], **databag)
    assert read.standing_of(FINGERPRINT) == "trusted"
    assert (read.rejections, dict(read.certificates)) == ((), {})
    assert (read.provider_error, read.server_certificate) == (None, None)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2036-01-01T00:00:00Z", "2036-01-01T00:00:00Z"),
        ("tomorrow", None),
        (7, None),
        (None, None),
    ],
)
def test_expires_at(time: object, expected: str | None) -> None:
    state = {"fingerprint": FINGERPRINT, "state": "pending", "expires_at": time}
    read = answer(version="1.0", certificates=[state])
    assert read.certificates[FINGERPRINT].expires_at == expected


def test_codes_and_limits() -> None:
    assert LIMITS == {"text": 2**20, "certificate": 2**14, "certificates": 100, "projects": 64}
    assert "expired" in REJECTION_CODES
    words = [*REJECTION_CODES.values(), *PROVIDER_ERROR_CODES.values()]
    assert all(meaning.endswith(".") and remedy.endswith(".") for meaning, remedy in words)


@pytest.mark.parametrize("key", ["version", "nodes", "certificates", "rejected_certificates"])
@pytest.mark.parametrize("value", ["[" * 90_000, "\x00", "{}", '[{"endpoint": "\\ud800"}]'])
def test_no_answer_fails_a_hook(key: str, value: str) -> None:
    unit = made()
    unit.remote[key] = value
    unit.run("relation_changed")
    assert unit.status[0] in ("active", "waiting", "blocked")


def test_joins_the_answers_of_several_units() -> None:
    late = {"version": "1.0", "nodes": json.dumps([{**NODE, "trusted_certs_fp": []}])}
    rejection = {"unit": "a/0", "fingerprint": FINGERPRINT, "reason": "It is late"}
    late["rejected_certificates"] = json.dumps([rejection])
    late["certificates"] = json.dumps([{"fingerprint": FINGERPRINT, "state": "rejected"}])
    late["provider_error"] = json.dumps({"code": "lxd-unreachable", "reason": "LXD is away"})
    early = {"version": "1.0", "nodes": json.dumps([NODE])}
    told = {"fingerprint": FINGERPRINT, "state": "trusted", "projects": ["web"]}
    early["certificates"] = json.dumps([told])
    for databags in ([late, early], [early, late], [{}, early, late]):
        read = _read.read_answer(databags)
        assert read.standing_of(FINGERPRINT) == "trusted"
        assert read.rejections == ()
        assert read.certificates[FINGERPRINT].projects == ("web",)
        assert read.provider_error is None
    assert _read.read_answer([late, late]).provider_error is not None


def test_a_warning_about_a_trusted_certificate_is_no_rejection() -> None:
    warning = {"code": "expires-soon", "reason": "It expires on 2036-01-02"}
    told = {"fingerprint": FINGERPRINT, "state": "trusted", "projects": None, **warning}
    read = answer(version="1.0", nodes=[NODE], certificates=[told])
    assert read.standing_of(FINGERPRINT) == "trusted"
    assert read.rejections == ()
    certificate = read.certificates[FINGERPRINT]
    assert (certificate.code, certificate.reason) == ("expires-soon", "It expires on 2036-01-02")
    assert set(WARNING_CODES) == {"expires-soon"}


def test_an_empty_databag_is_no_answer() -> None:
    nothing: list[list[dict[str, str]]] = [[], [{}], [{"ingress-address": "10.0.0.1"}]]
    for databags in nothing:
        assert _read.read_answer(databags) == _answer.Answer()


def test_rejections_of_others_do_not_concern_this_unit() -> None:
    unit = made()
    others = [
        {"unit": "my-charm/1", "fingerprint": OTHER, "reason": "Another"},
        {"unit": "my-charm/1", "fingerprint": None, "reason": "Another"},
        {"unit": "my-charm/0", "fingerprint": None, "reason": "More are rejected"},
    ]
    unit.remote["rejected_certificates"] = json.dumps(others)
    seen = unit.run("relation_changed")
    assert [one.reason for one in seen.rejections] == ["More are rejected"]
    assert seen.is_ready


def test_a_rejection_that_is_not_listed_has_its_reason_beside_the_certificate() -> None:
    unit = made("rejected", reason="It is bad", code="key-size")
    del unit.remote["rejected_certificates"]
    seen = unit.run("relation_changed")
    assert [(one.code, one.reason) for one in seen.rejections] == [("key-size", "It is bad")]
    assert unit.status[1].endswith(": It is bad")


def test_a_rejection_without_a_reason_blocks() -> None:
    unit = made("rejected")
    del unit.remote["rejected_certificates"]
    told = json.loads(unit.remote["certificates"])
    del told[0]["reason"]
    unit.remote["certificates"] = json.dumps(told)
    unit.run("relation_changed")
    assert unit.status[1].endswith(": it tells no reason")
