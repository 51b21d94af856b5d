#!/usr/bin/env python3
"""The work of this charm in the way of the original one, with ops and pylxd, for the bench."""

import json
import os
import pathlib
import tempfile
import warnings

import ops
import pylxd
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

HOOKS = ("changed", "departed", "broken")


class Integrator(ops.CharmBase):
    """Registers the certificates of requirers, and publishes the nodes."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.prefix = f"{self.app.name}@{self.model.uuid}:"
        events = [self.on["api"].relation_created]
        events += [getattr(self.on["api"], f"relation_{hook}") for hook in HOOKS]
        events += [self.on.config_changed, self.on.update_status, self.on.stop]
        for event in events:
            framework.observe(event, self._reconcile)

    def _reconcile(self, event: ops.EventBase) -> None:
        try:
            spec = self.model.get_cloud_spec()
        except ops.ModelError:
            message = f"Missing credentials access; grant with: juju trust {self.app.name}"
            self.unit.status = ops.BlockedStatus(message)
            return
        with tempfile.TemporaryDirectory() as folder:
            client = self._enter(spec, pathlib.Path(folder))
            self._serve(client, event)

    def _enter(self, spec: ops.CloudSpec, folder: pathlib.Path) -> pylxd.Client:
        attributes = spec.credential.attributes
        for name in ("client-cert", "client-key"):
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(attributes[name])
        pair = (str(folder / "client-cert"), str(folder / "client-key"))
        # The server's certificate does not name its address.
        warnings.simplefilter("ignore")
        return pylxd.Client(endpoint=spec.endpoint, cert=pair, verify=False)

    def _serve(self, client: pylxd.Client, event: ops.EventBase) -> None:
        gone = event.relation if isinstance(event, ops.RelationBrokenEvent) else None
        wants = {
            relation: self._wants(relation)
            for relation in self.model.relations["api"]
            if relation != gone
        }
        wanted = {key: pem for one in wants.values() for key, pem in one.items()}
        certificates = client.api.certificates
        listed = certificates.get(params={"recursion": 1}).json()["metadata"]
        trusted = {entry["fingerprint"]: entry["name"] for entry in listed}
        for fingerprint, (name, certificate) in wanted.items():
            if fingerprint in trusted:
                continue
            der = certificate.public_bytes(serialization.Encoding.PEM).decode()
            body = "".join(der.strip().splitlines()[1:-1])
            certificates.post(json={"type": "client", "name": name, "certificate": body})
        for relation, one in wants.items():
            self._publish(client, relation, sorted(one))
        for fingerprint, name in trusted.items():
            if name.startswith(self.prefix) and fingerprint not in wanted:
                certificates[fingerprint].delete()
        version = client.host_info["environment"]["server_version"]
        self.unit.status = ops.ActiveStatus(f"LXD {version}: {len(wanted)} certificates")

    def _wants(self, relation: ops.Relation) -> dict:
        found = {}
        for sender in [relation.app, *sorted(relation.units, key=lambda unit: unit.name)]:
            text = relation.data[sender].get("client_certificates", "[]")
            for pem in json.loads(text):
                certificate = x509.load_pem_x509_certificate(pem.encode())
                fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
                name = f"{self.prefix}{relation.id}:{sender.name.replace('/', '-')}"
                found[fingerprint] = (name, certificate)
        return found

    def _publish(self, client: pylxd.Client, relation: ops.Relation, trusted: list) -> None:
        environment = client.host_info["environment"]
        node = {
            "endpoint": client.api._api_endpoint.removesuffix("/1.0"),
            "name": environment["server_name"],
            "trusted_certs_fp": trusted,
        }
        texts = {
            "version": "1.0",
            "nodes": json.dumps([node]),
            "server_certificate": environment["certificate"],
        }
        databag = relation.data[self.unit]
        for key, text in texts.items():
            if databag.get(key) != text:
                databag[key] = text


if __name__ == "__main__":
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    ops.main(Integrator)
