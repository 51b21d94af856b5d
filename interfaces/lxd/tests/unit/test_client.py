"""The pinned clients, over real TLS."""

from __future__ import annotations

import contextlib
import os
import pathlib
import ssl
import stat
from collections.abc import Callable
from typing import Any

import pylxd
import pytest
import requests

from charmlibs.interfaces.lxd import (
    Identity,
    LxdClient,
    LxdResponseError,
    Node,
    NotReadyError,
    PinError,
    _tls,
)
from driver import made
from server import Server, create, serving

CLIENT = create("client")


def client_of(server: Server, pinned: str | None = None) -> LxdClient:
    return LxdClient(server.node, CLIENT, pinned or server.identity.certificate, timeout=5)


def by_request(client: LxdClient) -> Any:
    return client.request("GET", "/1.0")


def by_connection(client: LxdClient) -> Any:
    with contextlib.closing(client.connection()) as connection:
        connection.request("GET", "/1.0")
        return connection.getresponse().read()


def by_pylxd(client: LxdClient) -> Any:
    return client.pylxd().host_info


WAYS = pytest.mark.parametrize("way", [by_request, by_connection, by_pylxd])
Way = Callable[[LxdClient], Any]


@WAYS
def test_presents_the_certificate_to_the_pinned_server(way: Way) -> None:
    with serving(CLIENT) as server:
        assert "trusted" in str(way(client_of(server)))
        assert server.requests == ["GET /1.0"]
        assert server.clients == [ssl.PEM_cert_to_DER_cert(CLIENT.certificate)]


@WAYS
def test_sends_nothing_to_another_server(way: Way) -> None:
    with serving() as server:
        with pytest.raises((PinError, pylxd.exceptions.ClientConnectionFailed)):
            way(client_of(server, create("server").certificate))
        assert server.requests == []


@WAYS
@pytest.mark.parametrize("is_pinned", [True, False])
def test_the_environment_changes_nothing(
    way: Way, is_pinned: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    with serving() as server:
        # The bundle would admit the server, if anyone asked it.
        bundle = tmp_path / "bundle.pem"
        bundle.write_text(server.identity.certificate)
        other = create("server").certificate
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.setenv(name, str(bundle))
        for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        accounts = tmp_path / "netrc"
        accounts.write_text("machine 127.0.0.1 login me password secret\n")
        accounts.chmod(0o600)
        monkeypatch.setenv("NETRC", str(accounts))
        client = client_of(server, None if is_pinned else other)
        if is_pinned:
            way(client)
        else:
            with pytest.raises((PinError, pylxd.exceptions.ClientConnectionFailed)):
                way(client)
        assert len(server.requests) == int(is_pinned)
        assert not any("Authorization" in headers for headers in server.headers)


@pytest.mark.parametrize("bundle", ["/nonexistent/bundle.pem", "other"])
@WAYS
def test_a_useless_bundle_in_the_environment_breaks_nothing(
    way: Way, bundle: str, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    if bundle == "other":
        bundle = str(tmp_path / "bundle.pem")
        pathlib.Path(bundle).write_text(create("another").certificate)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    with serving() as server:
        way(client_of(server))
        assert len(server.requests) == 1


def test_pylxd_cannot_be_talked_out_of_the_pin() -> None:
    with serving() as server, serving() as other:
        session = client_of(server).pylxd().api.session
        for verify in (True, "/etc/ssl/certs/ca-certificates.crt"):
            assert session.get(f"{server.node.endpoint}/1.0", verify=verify).ok
        for url in (f"{other.node.endpoint}/1.0", "http://127.0.0.1:9/1.0"):
            with pytest.raises(requests.exceptions.InvalidSchema):
                session.get(url)
        with pytest.raises(requests.exceptions.InvalidSchema):
            session.get(f"{server.node.endpoint}/redirect")
        assert other.requests == []


def test_pylxd_opens_no_websocket() -> None:
    with serving() as server:
        client = client_of(server).pylxd(project="web")
        with pytest.raises(NotImplementedError):
            client.events()
        assert client.project == "web"
        assert server.requests == ["GET /1.0?project=web"]


def test_sends_json_and_reads_errors() -> None:
    with serving() as server:
        client = client_of(server)
        client.request("POST", "/1.0/instances?project=web", {"name": "one"})
        assert server.bodies == [b'{"name": "one"}']
        with pytest.raises(LxdResponseError) as missing:
            client.request("GET", "/1.0/missing")
        assert (missing.value.status, missing.value.reason) == (404, "not\\x1bfound")
        with pytest.raises(LxdResponseError, match="none of LXD's"):
            client.request("GET", "/text")


def test_a_server_that_does_not_answer() -> None:
    node = Node("https://127.0.0.1:9", "one")
    client = LxdClient(node, CLIENT, create("server").certificate, timeout=5)
    with pytest.raises(OSError, match="refused"):
        client.request("GET", "/1.0")


@pytest.mark.parametrize("pem", ["", "text", "-----BEGIN CERTIFICATE-----\n!\n-----END"])
def test_cannot_pin_what_is_no_certificate(pem: str) -> None:
    with pytest.raises(PinError):
        LxdClient(Node("https://127.0.0.1:9", "one"), CLIENT, pem)


@pytest.mark.parametrize("has_memory_files", [True, False])
def test_the_key_is_in_a_private_file_for_a_moment(
    has_memory_files: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if not has_memory_files:
        monkeypatch.delattr(os, "memfd_create")
    read: list[str] = []
    load = ssl.SSLContext.load_cert_chain

    def spy(context: ssl.SSLContext, path: str) -> None:
        read.append(path)
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert CLIENT.private_key in pathlib.Path(path).read_text()
        load(context, path)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", spy)
    LxdClient(Node("https://127.0.0.1:9", "one"), CLIENT, CLIENT.certificate)
    (path,) = read
    assert CLIENT.private_key not in _text(path)
    assert list(tmp_path.iterdir()) == []


def _text(path: str) -> str:
    # The number of the file may be in use again.
    with contextlib.suppress(OSError):
        return pathlib.Path(path).read_text(errors="replace")
    return ""


def test_a_key_is_in_no_representation() -> None:
    assert "PRIVATE" not in repr(CLIENT)
    unit = made()
    assert "PRIVATE" not in repr(unit.run("relation_changed").accesses)


def test_a_client_needs_access() -> None:
    unit = made("pending")
    (access,) = unit.run("relation_changed").accesses
    with pytest.raises(NotReadyError, match="Waiting for each LXD node"):
        access.client(Node("https://10.0.0.1:8443", "node-1"))
    unit.answer("trusted")
    (access,) = unit.run("relation_changed").accesses
    assert isinstance(access.client(access.nodes[0]), LxdClient)


def test_the_identity_of_the_client() -> None:
    again = Identity(CLIENT.certificate, CLIENT.private_key)
    assert again.fingerprint == _tls.pin_of(CLIENT.certificate)
