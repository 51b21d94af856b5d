"""A requirer of the interface lxd, which asks and reads as the original charm's tester did."""

import json
import ssl
import subprocess
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlparse

import ops
import pylxd
import urllib3

# LXD's certificate does not name its address. It is compared as a whole instead.
urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)


class PyTester(ops.CharmBase):
    """Offers a certificate, and talks to every node that trusts it."""

    def __init__(self, framework):
        super().__init__(framework)
        self.certificate = self.charm_dir / "client.crt"
        self.key = self.charm_dir / "client.key"
        events = self.on["lxd"]
        framework.observe(events.relation_joined, self.offer)
        framework.observe(events.relation_changed, self.talk)
        framework.observe(events.relation_broken, self.forget)

    def offer(self, event):
        """Writes a certificate into the unit's databag."""
        if not self.certificate.exists():
            self.create_certificate()
        certificates = json.dumps([self.certificate.read_text()])
        event.relation.data[self.unit]["client_certificates"] = certificates

    def talk(self, event):
        """Talks to each node, once all of them trust the certificate."""
        data = event.relation.data[event.unit]
        nodes = json.loads(data.get("nodes", "[]"))
        own = self.fingerprint()
        if not nodes or any(own not in node["trusted_certs_fp"] for node in nodes):
            self.unit.status = ops.WaitingStatus("LXD does not trust us yet")
            return
        counts = [self.enter(node["endpoint"], data["server_certificate"]) for node in nodes]
        names = ", ".join(node["name"] for node in nodes)
        self.unit.status = ops.ActiveStatus(f"{names}: {sum(counts)} instances")

    def forget(self, _event):
        """Forgets the key."""
        self.key.unlink(missing_ok=True)
        self.certificate.unlink(missing_ok=True)
        self.unit.status = ops.BlockedStatus("Missing relation lxd")

    def enter(self, endpoint, server_certificate):
        """Counts the instances that a node knows."""
        url = urlparse(endpoint)
        presented = ssl.get_server_certificate((url.hostname, url.port))
        if presented.split() != server_certificate.split():
            raise RuntimeError(f"Another server answers at {endpoint}")
        pair = (str(self.certificate), str(self.key))
        client = pylxd.Client(endpoint=endpoint, cert=pair, verify=False)
        if not client.trusted:
            raise RuntimeError(f"LXD at {endpoint} was said to trust us")
        return len(client.instances.all())

    def create_certificate(self):
        """Makes a key and a certificate for it."""
        self.key.touch(mode=0o600)
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        files = ["-keyout", str(self.key), "-out", str(self.certificate)]
        subject = ["-subj", f"/CN={self.unit.name.replace('/', '-')}", "-days", "365"]
        command = ["openssl", "req", "-x509", *curve, *subject, *files]
        subprocess.run(command, check=True, capture_output=True)

    def fingerprint(self):
        """Computes the certificate's fingerprint."""
        return sha256(ssl.PEM_cert_to_DER_cert(self.certificate.read_text())).hexdigest()


if __name__ == "__main__":
    ops.main.main(PyTester)
