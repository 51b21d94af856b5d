import assert from "node:assert/strict";
import { createCertificate, fingerprintOf } from "../certificates.ts";
import { enableClustering, replaceServerCertificate } from "../lxd/administration.ts";
import { authOf } from "../lxd/client.ts";
import type { ServerIdentity } from "../lxd/daemon.ts";
import { createOpensslCertificate, type OpensslKind } from "../lxd/openssl.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { failed } from "../harness/actions.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";

const ACTIVE = `active: LXD ${VERSION}: 1 node, 1 certificate`;

const authority = await createCertificate({ commonName: "authority", ca: true });
const intermediate = await createCertificate({
  commonName: "between",
  ca: true,
  issuer: authority,
});
const issued = await createCertificate({ issuer: authority, dnsNames: ["lxd.example"] });
const deep = await createCertificate({ issuer: intermediate, key: "p384" });

const selfSigned = (...request: readonly string[]): OpensslKind => ({
  key: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
  request: ["-addext", "basicConstraints=critical,CA:FALSE", ...request],
});

const chain = (...certificates: readonly { readonly certificate: string }[]): string =>
  certificates.map(({ certificate }) => certificate).join("");

/** Deploys the charm beside an LXD with the given server certificate. */
async function beside(identity: ServerIdentity, server: string) {
  const lxd = await startLxd({ identity });
  const deployment = await deploy(lxd, { cloud: { server } });
  const requirer = deployment.requirer();
  const client = await createCertificate();
  requirer.offer(0, [client]);
  await deployment.settle();
  const endpoint = lxd.members[0]?.endpoint ?? "";
  return {
    deployment,
    requirer,
    client,
    endpoint,
    [Symbol.asyncDispose]: async () => {
      await deployment[Symbol.asyncDispose]();
      await lxd[Symbol.asyncDispose]();
    },
  };
}

Deno.test.each([
  {
    what: "LXD presents",
    presents: chain(issued, authority),
    pin: issued.certificate,
  },
  { what: "the pin ends with", presents: issued.certificate, pin: chain(issued, authority) },
  { what: "the pin begins with", presents: issued.certificate, pin: chain(authority, issued) },
  {
    what: "LXD presents and the pin ends with",
    presents: chain(issued, authority),
    pin: chain(issued, authority),
  },
])("server certificate: the charm accepts an authority that $what", async ({ presents, pin }) => {
  await using started = await beside({ certificate: presents, key: issued.key }, pin);
  const { deployment, requirer, client, endpoint } = started;
  assert.equal(deployment.status(), ACTIVE);
  const { server = "", trusted } = requirer.told();
  assert.deepEqual(trusted, [client.fingerprint]);
  assert.equal(server, issued.certificate);
  assert.equal(
    await authOf(endpoint, client, server + authority.certificate),
    "trusted",
  );
});

Deno.test("server certificate: an intermediate authority issued a cluster's certificate", async () => {
  await using lxd = await startLxd();
  await enableClustering(lxd);
  await replaceServerCertificate(lxd, { ...deep, certificate: chain(deep, intermediate) });
  await using deployment = await deploy(lxd, { cloud: { server: deep.certificate } });
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates`);
});

Deno.test("server certificate: the charm is blocked until a missing authority is added", async () => {
  await using started = await beside(issued, issued.certificate);
  const { deployment, endpoint, requirer, client } = started;
  assert.equal(deployment.status(), "blocked: Run check: cannot verify LXD's certificate");
  assert.equal(
    await failed(deployment, "get-connection-info"),
    `Cannot verify the certificate of LXD at ${endpoint}: The certificate is issued by ` +
      '"CN=authority", whose own certificate LXD does not present: add that one to server-cert ' +
      "(lxd_server_cert), after LXD's",
  );
  assert.deepEqual(requirer.told().trusted, []);
  // Other authorities do not help.
  const another = await createCertificate({ commonName: "authority", ca: true });
  for (const added of [another, intermediate]) {
    deployment.model.configure(APPLICATION, { lxd_server_cert: chain(issued, added) });
    await deployment.settle();
    assert.match(await failed(deployment, "get-connection-info"), / is issued by "CN=authority"/);
  }
  deployment.model.configure(APPLICATION, { lxd_server_cert: chain(issued, authority) });
  await deployment.settle();
  assert.equal(deployment.status(), ACTIVE);
  assert.deepEqual(requirer.told().trusted, [client.fingerprint]);
});

Deno.test.each([
  { what: "with SHA-1", made: selfSigned("-sha1") },
  {
    what: "with RSA and SHA-1",
    made: {
      key: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
      request: ["-sha1", "-addext", "basicConstraints=critical,CA:FALSE"],
    },
  },
  { what: "for another name only", made: selfSigned("-addext", "subjectAltName=DNS:elsewhere") },
  { what: "for any purpose", made: selfSigned("-addext", "extendedKeyUsage=anyExtendedKeyUsage") },
  { what: "as an authority", made: { ...selfSigned(), request: [] } },
])("server certificate: a self-signed certificate works $what", async ({ made }) => {
  const identity = await createOpensslCertificate(made);
  await using started = await beside(identity, identity.certificate);
  assert.equal(started.deployment.status(), ACTIVE);
});

Deno.test.each([
  {
    what: "for clients only",
    made: selfSigned("-addext", "extendedKeyUsage=clientAuth"),
    reason: /: The certificate is not for servers .* lacks serverAuth.*: replace LXD's certificate/,
  },
  {
    what: "with a weak key",
    made: {
      key: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
    },
    reason: /: The certificate's key is none that our TLS can verify .*: replace LXD's certificate/,
  },
  {
    what: "with an unknown extension",
    made: selfSigned("-addext", "1.2.3.4=critical,DER:0500"),
    reason:
      /: The certificate has the critical extension 1\.2\.3\.4, .*: replace LXD's certificate/,
  },
])("server certificate: a self-signed certificate fails $what", async ({ made, reason }) => {
  const identity = await createOpensslCertificate(made);
  await using started = await beside(identity, identity.certificate);
  assert.match(started.deployment.status(), /^blocked: Run check: cannot verify LXD's certificate$/);
  const explanation = await failed(started.deployment, "get-connection-info");
  assert.match(explanation, reason);
  assert.doesNotMatch(explanation, /signed by itself|issued by/);
  assert.deepEqual(started.requirer.told().nodes, []);
});

Deno.test("server certificate: lxd_server_cert completes Juju's credential", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { cloud: { server: "" } });
  assert.equal(
    deployment.status(),
    "blocked: Set lxd_server_cert to LXD's certificate; run check",
  );
  deployment.model.configure(APPLICATION, { lxd_server_cert: lxd.serverCertificate });
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates`);
  // The option takes precedence, because Juju's copy of the server certificate may be out of date.
  const other = await createCertificate();
  deployment.model.setCloud(deployment.cloud({ server: other.certificate }));
  await deployment.updateStatus();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates`);
  deployment.model.configure(APPLICATION, { lxd_server_cert: null });
  await deployment.settle();
  const presented = fingerprintOf(lxd.serverCertificate);
  assert.match(
    deployment.status(),
    new RegExp(`LXD presents ${presented.slice(0, 12)}, not \\w{12}$`),
  );
});
