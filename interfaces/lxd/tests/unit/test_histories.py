"""The histories of relations that the provider and the library for TypeScript keep, too."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest
from ops import testing

from charmlibs.interfaces import lxd_testing
from charmlibs.interfaces.lxd import _read, _store
from driver import Driver
from server import create

HISTORIES: list[dict[str, Any]] = json.loads(
    pathlib.Path(__file__).parent.parent.joinpath("histories.json").read_text()
)

# The provider's word decides. The names of the table are names only.
NAMED = {name: create(name) for name in ("a", "b", "c", "expired", "weak")}

each_history = pytest.mark.parametrize(
    "steps", [history["steps"] for history in HISTORIES], ids=[one["name"] for one in HISTORIES]
)


def fingerprint_of(name: str) -> str | None:
    return None if name == "garbage" else NAMED[name].fingerprint


def rejected_in(step: dict[str, Any]) -> dict[str, str]:
    return {one["certificate"]: one["reason"] for one in step.get("rejected", [])}


def standing_in(name: str, step: dict[str, Any]) -> str:
    if name in step["trusted"]:
        return "trusted"
    return "rejected" if name in rejected_in(step) else "waiting"


def answer_in(step: dict[str, Any], form: str = "newest") -> dict[str, str]:
    """Returns the provider's databag: of the newest, a former, or the original provider."""
    trusted = sorted(NAMED[name].fingerprint for name in step["trusted"])
    told: Any = json.dumps(trusted) if form == "original" else trusted
    nodes = [
        {"endpoint": "https://10.0.0.1:8443", "name": "one", "trusted_certs_fp": told},
        {"endpoint": "https://[fd42::1]:8443", "name": "two", "trusted_certs_fp": told},
    ]
    databag = {"version": "1.0", "nodes": json.dumps(nodes)}
    if form == "original":
        return databag
    databag["server_certificate"] = lxd_testing.SERVER_CERTIFICATE
    rejected = [
        {
            "unit": f"my-charm/{one['of']}",
            "fingerprint": fingerprint_of(one["certificate"]),
            "reason": one["reason"],
            **({"code": one["code"]} if "code" in one else {}),
        }
        for one in step.get("rejected", [])
    ]
    if rejected:
        databag["rejected_certificates"] = json.dumps(rejected)
    if form == "newest":
        databag["certificates"] = json.dumps([*_about_trusted(step), *_about_rejected(step)])
    return databag


def _about_trusted(step: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"fingerprint": fingerprint_of(name), "state": "trusted", "projects": step.get("projects")}
        for name in step["trusted"]
    ]


def _about_rejected(step: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "fingerprint": fingerprint_of(one["certificate"]),
            "state": "rejected",
            "code": one.get("code", "any"),
            "reason": one["reason"],
        }
        for one in step.get("rejected", [])
        if one["certificate"] != "garbage"
    ]


def holding(names: list[str], databag: dict[str, str], config: dict[str, str]) -> Driver:
    """Returns a unit that holds certificates, newest first."""
    relation = testing.Relation(
        "lxd",
        interface="lxd",
        remote_app_name="lxd-integrator",
        local_unit_data={
            "client_certificates": json.dumps([NAMED[one].certificate for one in names])
        }
        if names
        else {},
        remote_units_data={0: databag},
    )
    secrets = [
        testing.Secret(
            _store.write(NAMED[name], len(names) - slot),
            label=_store.label_of("unit", relation.id, slot),
            owner="unit",
        )
        for slot, name in enumerate(names)
    ]
    return Driver(relation, secrets, config=config)


def names_of(certificates: list[str]) -> list[str]:
    names = {identity.certificate: name for name, identity in NAMED.items()}
    return [names[certificate] for certificate in certificates]


def projects_of(step: dict[str, Any]) -> dict[str, str]:
    projects = step.get("writes", {}).get("projects")
    return {"projects": ",".join(projects)} if projects else {}


@each_history
@pytest.mark.parametrize("form", ["newest", "former", "original"])
def test_reads_each_answer(steps: list[dict[str, Any]], form: str) -> None:
    for step in steps:
        read = _read.read_answer([answer_in(step, form)])
        seen = {**step, "rejected": []} if form == "original" else step
        for name, identity in NAMED.items():
            assert read.standing_of(identity.fingerprint) == standing_in(name, seen), name


@each_history
def test_a_unit_with_one_of_the_certificates(steps: list[dict[str, Any]]) -> None:
    for step in steps:
        for name in NAMED:
            unit = holding([name], answer_in(step), projects_of(step))
            seen = unit.run("relation_changed")
            standing = standing_in(name, step)
            assert seen.is_ready == (standing == "trusted")
            if standing == "trusted":
                assert unit.status == ("active", "")
                granted = step.get("projects")
                assert seen.granted_projects == (None if granted is None else tuple(granted))
            elif standing == "rejected":
                assert unit.status[0] == "blocked"
                assert unit.status[1].endswith(f": {rejected_in(step)[name]}")
                told = [one for one in step["rejected"] if one["certificate"] == name]
                assert [one.code for one in seen.rejections] == [one.get("code") for one in told]
            else:
                assert unit.status[0] == "waiting"


@each_history
def test_rotates_as_the_table_says(steps: list[dict[str, Any]]) -> None:
    for step in steps:
        if "rotation" not in step:
            continue
        rotation = step["rotation"]
        unit = holding(rotation["keys"], answer_in(step), {})
        seen = unit.run("relation_changed")
        used = seen.identity and seen.identity.certificate
        assert (names_of([used]) if used else [None]) == [rotation.get("use")]
        assert names_of(unit.offered) == rotation["offer"]
        kept = [content["certificate"] for content in unit.contents]
        assert sorted(names_of(kept)) == sorted(rotation["offer"])


@each_history
def test_writes_what_the_table_says(steps: list[dict[str, Any]]) -> None:
    for step in steps:
        writes = step.get("writes", {"form": "none"})
        if "form" in writes or "garbage" in writes["certificates"]:
            continue
        names = writes["certificates"]
        unit = holding(names, {}, projects_of(step))
        unit.run("relation_changed" if names else "action:withdraw")
        expected = {"client_certificates": json.dumps([NAMED[one].certificate for one in names])}
        if "projects" in writes:
            expected["projects"] = json.dumps(writes["projects"])
        written = {
            key: unit.local[key] for key in unit.local if "certificates" in key or key == "projects"
        }
        assert written == expected


def test_the_table_has_what_is_tested() -> None:
    steps = [step for history in HISTORIES for step in history["steps"]]
    assert any("rotation" in step for step in steps)
    assert any(step.get("rejected") for step in steps)
    assert any(step.get("projects") for step in steps)
