"""The life of a relation, as a charm's author sees it."""

from __future__ import annotations

import datetime
import json
from typing import ClassVar

import ops
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from ops import testing

from charm import ACTIONS, CONFIG, META, MyCharm
from charmlibs.interfaces import lxd_testing
from charmlibs.interfaces.lxd import Node, NotReadyError, _projects, _requirer
from charmlibs.interfaces.lxd_testing import secrets_for_requirer
from driver import fresh, made

NODES = [("one", "https://10.0.0.1:8443"), ("two", "https://10.0.0.2:8443")]


def test_offers_a_certificate_and_keeps_its_key_in_a_secret() -> None:
    unit = fresh()
    seen = unit.run("relation_created")
    (certificate,) = unit.offered
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp384r1"
    (secret,) = unit.secrets
    assert secret.owner == "unit"
    (content,) = unit.contents
    assert content["certificate"] == certificate
    assert "PRIVATE KEY" in content["private-key"]
    assert "PRIVATE" not in json.dumps(unit.local)
    assert not seen.is_ready
    assert unit.seen == []
    assert unit.status == ("waiting", "Waiting for LXD's provider to answer")


def test_a_later_hook_changes_nothing() -> None:
    unit = fresh()
    unit.run("relation_created")
    before = unit.offered, [secret.id for secret in unit.secrets]
    for hook in ("relation_joined", "config_changed", "update_status", "upgrade_charm"):
        unit.run(hook)
        assert (unit.offered, [secret.id for secret in unit.secrets]) == before


def test_becomes_ready_when_every_node_trusts_the_certificate() -> None:
    unit = fresh()
    unit.run("relation_created")
    unit.answer("pending")
    seen = unit.run("relation_changed")
    assert not seen.is_ready
    assert seen.nodes == ()
    assert unit.status[0] == "waiting"
    unit.answer("trusted")
    seen = unit.run("relation_changed")
    assert seen.is_ready
    assert [(node.name, node.endpoint) for node in seen.nodes] == [
        ("node-1", "https://192.0.2.1:8443"),
        ("node-2", "https://192.0.2.2:8443"),
    ]
    assert seen.granted_projects is None
    assert unit.seen == ["ready"]
    assert unit.status == ("active", "")
    unit.run("relation_changed")
    assert unit.seen == []


def test_waits_while_one_node_does_not_trust_the_certificate() -> None:
    unit = made()
    nodes = json.loads(unit.remote["nodes"])
    nodes[1]["trusted_certs_fp"] = []
    unit.remote["nodes"] = json.dumps(nodes)
    assert not unit.run("relation_changed").is_ready
    assert unit.status[0] == "waiting"


def test_tells_why_the_certificate_is_rejected() -> None:
    unit = made("rejected", code="project-not-allowed", reason="The operator allows web, not db")
    seen = unit.run("relation_changed")
    assert not seen.is_ready
    (rejection,) = seen.rejections
    assert (rejection.code, rejection.reason) == (
        "project-not-allowed",
        "The operator allows web, not db",
    )
    assert unit.seen == ["rejected"]
    assert unit.status[0] == "blocked"
    assert unit.status[1].endswith(": The operator allows web, not db")
    unit.run("update_status")
    assert unit.seen == []
    unit.answer("trusted")
    unit.run("relation_changed")
    assert unit.seen == ["ready"]
    assert unit.status == ("active", "")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("credential-missing", "blocked"),
        ("credential-refused", "blocked"),
        ("configuration-invalid", "blocked"),
        ("server-untrusted", "blocked"),
        ("lxd-unreachable", "waiting"),
        ("lxd-failed", "waiting"),
        ("one-of-the-future", "blocked"),
    ],
)
@pytest.mark.parametrize("state", ["pending", "waiting"])
def test_tells_the_providers_error(state: str, code: str, status: str) -> None:
    unit = made(state, provider_error=code)
    seen = unit.run("relation_changed")
    assert seen.provider_error.code == code
    assert unit.status == (status, f"LXD's provider: The reason is {code}")


def test_stays_ready_while_the_provider_fails() -> None:
    unit = made(provider_error="lxd-unreachable")
    assert unit.run("relation_changed").is_ready
    assert unit.status == ("active", "LXD's provider: The reason is lxd-unreachable")


def test_rotates_without_a_gap() -> None:
    unit = made()
    (old,) = unit.offered
    assert unit.run("relation_changed").identity.certificate == old
    seen = unit.run("action:rotate")
    new, former = unit.offered
    assert former == old
    assert seen.identity.certificate == old
    assert seen.is_ready
    assert len(unit.secrets) == 2

    unit.answer("pending")
    assert unit.run("relation_changed").identity.certificate == old
    assert unit.offered == [new, old]
    assert unit.seen == []

    unit.answer("trusted")
    seen = unit.run("relation_changed")
    assert unit.offered == [new]
    assert seen.identity.certificate == new
    assert seen.is_ready
    assert unit.seen == ["ready"]
    assert [content["certificate"] for content in unit.contents] == [new]


def test_keeps_the_former_certificate_when_the_new_one_is_rejected() -> None:
    unit = made("rejected", is_rotating=True)
    new, old = unit.offered
    seen = unit.run("relation_changed")
    assert seen.is_ready
    assert seen.identity.certificate == old
    assert unit.offered == [new, old]
    assert sorted(unit.seen) == ["ready", "rejected"]
    assert unit.status[0] == "active"
    assert "rejects certificate" in unit.status[1]
    unit.run("action:rotate")
    newest = unit.offered[0]
    assert unit.offered == [newest, new, old]
    unit.answer("trusted")
    assert unit.run("relation_changed").identity.certificate == newest
    assert unit.offered == [newest]


def test_repeated_rotations_keep_the_certificate_in_use_and_stay_bounded() -> None:
    unit = made()
    (old,) = unit.offered
    for _ in range(6):
        unit.run("action:rotate")
        assert unit.offered[-1] == old
        assert len(unit.offered) == len(unit.secrets) <= 3
    assert len(unit.offered) == 3
    labels = [secret.label for secret in unit.secrets]
    assert len(set(labels)) == 3


@pytest.mark.parametrize(("days", "is_replaced"), [(200, False), (250, True), (400, True)])
def test_rotates_ahead_of_expiry(
    monkeypatch: pytest.MonkeyPatch, days: int, is_replaced: bool
) -> None:
    unit = made()
    unit.run("relation_changed")
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    monkeypatch.setattr(_requirer, "_now", lambda: now)
    (old,) = unit.offered
    seen = unit.run("update_status")
    assert (len(unit.offered) == 2) == is_replaced
    assert unit.offered[-1] == old
    assert seen.is_ready == (days < 365)
    # The new certificate waits for its answer, and no further one is made.
    unit.run("update_status")
    assert len(unit.offered) == (2 if is_replaced else 1)


def test_an_expired_certificate_is_gone_until_the_new_one_is_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unit = made()
    unit.run("relation_changed")
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=400)
    monkeypatch.setattr(_requirer, "_now", lambda: now)
    unit.run("update_status")
    assert unit.seen == ["gone"]
    assert unit.status[0] == "waiting"
    unit.answer("trusted")
    unit.run("relation_changed")
    assert unit.seen == ["ready"]


def test_withdraws_until_it_rotates() -> None:
    unit = made()
    unit.run("relation_changed")
    seen = unit.run("action:withdraw")
    assert unit.offered == []
    assert unit.secrets == []
    assert unit.seen == ["gone"]
    assert not seen.is_ready
    unit.answer("trusted")
    unit.run("update_status")
    assert unit.offered == []
    unit.run("action:rotate")
    assert len(unit.offered) == len(unit.secrets) == 1
    unit.answer("trusted")
    assert unit.run("relation_changed").is_ready


def test_withdraws_in_the_next_hook_what_it_made_in_the_same_hook() -> None:
    unit = made()
    (old,) = unit.contents
    unit.run("action:rotate-and-withdraw")
    assert unit.offered == []
    # Juju cannot remove a secret in the hook that adds it.
    (left,) = unit.contents
    assert left != old
    unit.run("update_status")
    assert unit.offered == []
    assert unit.secrets == []


def test_deletes_its_keys_with_the_relation() -> None:
    unit = made("pending", is_rotating=True)
    unit.run("relation_changed")
    assert len(unit.secrets) == 2
    unit.run("relation_broken")
    assert unit.secrets == []
    assert unit.seen == ["gone"]
    assert unit.status == (
        "blocked",
        "Missing LXD: juju integrate my-charm:lxd lxd-integrator:api",
    )


def test_a_new_relation_gets_a_new_key() -> None:
    unit = made()
    (old,) = unit.offered
    unit.run("relation_broken")
    again = fresh(stored=unit.stored)
    again.run("relation_created")
    (new,) = again.offered
    assert new != old
    again.answer()
    again.run("relation_changed")
    assert again.seen == ["ready"]


def test_tells_when_the_nodes_change() -> None:
    unit = made()
    unit.run("relation_changed")
    unit.answer(nodes={"node-2": "https://10.0.0.2:8443"})
    seen = unit.run("relation_changed")
    assert [node.name for node in seen.nodes] == ["node-2"]
    assert unit.seen == ["nodes_changed"]
    unit.run("relation_changed")
    assert unit.seen == []


def test_tells_when_lxd_trusts_it_no_longer() -> None:
    unit = made()
    unit.run("relation_changed")
    unit.answer("pending")
    unit.run("relation_changed")
    assert unit.seen == ["gone"]


def test_tells_once_that_it_is_gone() -> None:
    unit = made()
    unit.run("relation_changed")
    unit.answer("waiting")
    unit.run("relation_departed")
    assert unit.seen == ["gone"]
    unit.run("update_status")
    unit.run("relation_broken")
    assert unit.seen == []
    # A relation that is back before its end is gone again at its end.
    unit = made()
    unit.run("relation_changed")
    answered = unit.relation
    unit.answer("waiting")
    unit.run("relation_changed")
    unit.relation = answered
    unit.run("relation_changed")
    assert unit.seen == ["ready"]
    unit.run("relation_broken")
    assert unit.seen == ["gone"]


def test_asks_for_projects() -> None:
    unit = fresh(config={"projects": "web,db"})
    unit.run("relation_created")
    assert json.loads(unit.local["projects"]) == ["web", "db"]
    unit.answer(projects=["web"])
    seen = unit.run("relation_changed")
    assert seen.granted_projects == ("web",)
    assert not seen.is_ready
    assert unit.status == ("waiting", "Waiting for access to the LXD projects db")
    unit.answer(projects=["db", "web"])
    assert unit.run("relation_changed").is_ready
    unit.config = {}
    unit.run("config_changed")
    assert "projects" not in unit.local


@pytest.mark.parametrize("projects", ["", "no name", "web,", "a/b", "*", "..", "x" * 1025])
def test_offers_no_projects_that_are_no_names(projects: str) -> None:
    unit = made(projects=["web"], config={"projects": projects})
    before = dict(unit.local)
    unit.run("config_changed")
    assert dict(unit.local) == before
    assert unit.status[0] == "blocked"
    assert unit.status[1].startswith("Cannot use project")


def test_projects_are_a_list_with_names() -> None:
    assert _projects.reason_against(["web", "db"]) is None
    for projects in ([], "web", [f"p{number}" for number in range(65)]):
        assert _projects.reason_against(projects)


class TestApplication:
    """The key of an application, which its leader makes for all units."""

    config: ClassVar[dict[str, str]] = {"owner": "application"}

    def test_the_leader_asks_in_the_databag_of_the_application(self) -> None:
        unit = fresh(config=self.config)
        unit.run("relation_created")
        assert "client_certificates" not in unit.local
        assert len(json.loads(unit.application["client_certificates"])) == 1
        (secret,) = unit.secrets
        # The word differs between versions of ops.testing.
        assert secret.owner in ("app", "application")
        unit.answer()
        assert unit.run("relation_changed").is_ready

    def test_reads_the_databag_of_the_application(self) -> None:
        unit = made(owner="application", config=self.config)
        unit.remote["nodes"] = "[]"
        assert unit.run("relation_changed").is_ready

    def test_reads_the_units_of_an_older_provider(self) -> None:
        unit = made(owner="application", config=self.config)
        unit.remote_application.clear()
        assert unit.run("relation_changed").is_ready

    def test_another_unit_uses_the_key(self) -> None:
        unit = made(owner="application", config=self.config)
        unit.leader = False
        seen = unit.run("relation_changed")
        assert seen.is_ready
        assert seen.identity.private_key
        unit.run("action:rotate")
        assert unit.seen == ["not rotated"]
        assert len(unit.secrets) == 1
        unit.run("relation_broken")
        assert len(unit.secrets) == 1

    def test_another_unit_waits_for_the_leader(self) -> None:
        unit = fresh(config=self.config, leader=False)
        unit.run("relation_created")
        assert unit.secrets == []
        assert unit.status == ("waiting", "Waiting for LXD's provider to answer")
        unit.leader = True
        unit.run("leader_elected")
        assert len(unit.secrets) == 1

    def test_the_leader_deletes_the_key_with_the_relation(self) -> None:
        unit = made(owner="application", config=self.config)
        unit.run("relation_broken")
        assert unit.secrets == []


def test_ignores_the_application_if_the_unit_asked() -> None:
    unit = made("pending")
    before = dict(unit.remote)
    unit.answer("trusted")
    unit.remote_application.update(unit.remote)
    unit.remote.update(before)
    assert not unit.run("relation_changed").is_ready


def test_rotates_once_in_a_hook() -> None:
    relation = lxd_testing.relation_for_requirer()
    context = testing.Context(MyCharm, meta=META, config=CONFIG, actions=ACTIONS)
    state = testing.State(relations=[relation], secrets=secrets_for_requirer(relation))
    with context(context.on.action("rotate"), state) as manager:
        assert manager.charm.lxd.rotate()
        out = manager.run()
    assert len(list(out.secrets)) == 2


def test_a_relation_that_cannot_be_read_fails_no_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = made()
    unit.run("relation_changed")
    secrets = [secret.id for secret in unit.secrets]

    def fail(_databag: object) -> None:
        raise ops.ModelError("permission denied")

    monkeypatch.setattr(ops.RelationDataContent, "_load", fail)
    for hook in ("relation_departed", "update_status", "config_changed", "action:withdraw"):
        assert not unit.run(hook).is_ready
    unit.run("action:rotate")
    assert unit.seen == ["not rotated"]
    assert [secret.id for secret in unit.secrets] == secrets
    unit.run("relation_broken")
    assert unit.secrets == []


class TestSeveralRelations:
    """Several providers at one endpoint."""

    def test_each_relation_has_its_own_key(self) -> None:
        relations = [lxd_testing.relation_for_requirer(nodes={name: url}) for name, url in NODES]
        secrets = [one for relation in relations for one in secrets_for_requirer(relation)]
        context = testing.Context(MyCharm, meta=META, config=CONFIG, actions=ACTIONS)
        state = testing.State(relations=relations, secrets=secrets)
        with context(context.on.relation_changed(relations[0], remote_unit=0), state) as manager:
            out = manager.run()
            lxd = manager.charm.lxd
            assert lxd.is_ready
            assert [node.name for node in lxd.nodes] == ["one", "two"]
            used = {access.identity and access.identity.fingerprint for access in lxd.accesses}
            assert len(used) == 2
            assert lxd.client(lxd.nodes[1]).node.name == "two"
            with pytest.raises(NotReadyError):
                lxd.client(Node("https://10.0.0.3:8443", "three"))
            assert manager.charm.seen == ["ready", "ready"]
        assert out.unit_status == testing.ActiveStatus("")

    def test_the_worse_status_counts_and_the_others_stay(self) -> None:
        good = lxd_testing.relation_for_requirer()
        bad = lxd_testing.relation_for_requirer(state="rejected", reason="It is bad")
        secrets = [*secrets_for_requirer(good), *secrets_for_requirer(bad)]
        context = testing.Context(MyCharm, meta=META, config=CONFIG, actions=ACTIONS)
        state = testing.State(relations=[good, bad], secrets=secrets)
        out = context.run(context.on.update_status(), state)
        assert out.unit_status.name == "blocked"
        assert "It is bad" in out.unit_status.message
        out = context.run(context.on.relation_broken(bad), state)
        assert out.unit_status == testing.ActiveStatus("")
        assert len(list(out.secrets)) == 1
