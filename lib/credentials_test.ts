import assert from "node:assert/strict";
import { createCertificate } from "../tests/certificates.ts";
import { type Config, findCredentials, type Found } from "./credentials.ts";

const [client, server, other] = await Promise.all([
  createCertificate({ key: "p384" }),
  createCertificate(),
  createCertificate(),
]);
const OPTIONS = {
  lxd_endpoint: "10.0.0.1",
  lxd_client_cert: client.certificate,
  lxd_client_key: client.key,
  lxd_server_cert: server.certificate,
};
const ATTRIBUTES = {
  "client-cert": client.certificate,
  "client-key": client.traditionalKey,
  "server-cert": server.certificate,
};
const CLOUD = {
  type: "lxd",
  name: "localhost",
  endpoint: "https://10.0.0.1:8443",
  credential: { "auth-type": "certificate", attrs: ATTRIBUTES },
};

const found = (config: Config): Found => findCredentials(config, undefined);
const foundInCloud = (cloud: unknown): Found => findCredentials({}, cloud);
const withAttributes = (attrs: Readonly<Record<string, string>>) => ({
  ...CLOUD,
  credential: { ...CLOUD.credential, attrs },
});

Deno.test("findCredentials() reads the operator's options", () => {
  assert.deepEqual(found(OPTIONS), {
    kind: "complete",
    credentials: {
      endpoint: "https://10.0.0.1:8443",
      certificate: client.certificate,
      own: client.fingerprint,
      key: client.key,
      server: {
        pem: server.certificate,
        der: server.der,
        fingerprint: server.fingerprint,
      },
    },
  });
});

Deno.test("findCredentials() reads the cloud's credential", () => {
  const result = foundInCloud(CLOUD);
  assert.ok(result.kind === "complete");
  const { endpoint, own, key } = result.credentials;
  assert.deepEqual({ endpoint, own, key }, {
    endpoint: "https://10.0.0.1:8443",
    own: client.fingerprint,
    key: client.traditionalKey,
  });
});

Deno.test("findCredentials() prefers the options, all of them or none", () => {
  const result = findCredentials({ ...OPTIONS, lxd_endpoint: "10.9.9.9" }, CLOUD);
  assert.ok(result.kind === "complete");
  assert.equal(result.credentials.endpoint, "https://10.9.9.9:8443");
  assert.deepEqual(findCredentials({ lxd_endpoint: "10.9.9.9", lxd_client_key: " \n" }, CLOUD), {
    kind: "missing",
    names: ["lxd_client_cert", "lxd_client_key", "lxd_server_cert"],
  });
});

Deno.test("findCredentials() takes empty options, or those of another type, for absent", () => {
  const config = { lxd_endpoint: " ", lxd_client_cert: "", lxd_client_key: 1, other: "x" };
  assert.equal(findCredentials(config, CLOUD).kind, "complete");
  assert.deepEqual(found(config), { kind: "no-access" });
});

Deno.test.each([
  { what: "private key in PKCS#8", key: client.key },
  { what: "private key in SEC1", key: client.traditionalKey },
  { what: "CRLF", key: client.key.replaceAll("\n", "\r\n") },
])("findCredentials() reads a $what", ({ key }) => {
  assert.equal(found({ ...OPTIONS, lxd_client_key: key }).kind, "complete");
});

Deno.test("findCredentials() keeps the authorities of our certificate, and what it needs of the key", async () => {
  const ca = await createCertificate({ commonName: "ca", ca: true });
  const leaf = await createCertificate({ issuer: ca });
  const result = found({
    ...OPTIONS,
    lxd_client_cert: `leaf:\n${leaf.certificate}ca:\n${ca.certificate}`,
    // As `openssl ecparam -genkey` writes it.
    lxd_client_key:
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n` +
      leaf.traditionalKey,
  });
  assert.ok(result.kind === "complete");
  const { certificate, own, key } = result.credentials;
  assert.deepEqual([certificate, own, key], [
    leaf.certificate + ca.certificate,
    leaf.fingerprint,
    leaf.traditionalKey,
  ]);
});

Deno.test("findCredentials() reads RSA keys", async () => {
  const { certificate, key, traditionalKey } = await createCertificate({ key: "rsa2048" });
  for (const text of [key, traditionalKey]) {
    const options = { ...OPTIONS, lxd_client_cert: certificate, lxd_client_key: text };
    assert.equal(found(options).kind, "complete");
  }
});

Deno.test.each([
  { what: "escaped line ends", write: (pem: string) => pem.replaceAll("\n", "\\n") },
  { what: "indentation", write: (pem: string) => pem.replaceAll("\n", "\n  ") },
])("findCredentials() gives PEM that TLS can read, after $what", ({ write }) => {
  const result = found({
    ...OPTIONS,
    lxd_client_cert: write(client.certificate),
    lxd_client_key: write(client.key),
    lxd_server_cert: write(server.certificate),
  });
  assert.ok(result.kind === "complete", JSON.stringify(result));
  const { certificate, key, server: pinned } = result.credentials;
  assert.deepEqual([certificate, key, pinned.pem], [
    client.certificate,
    client.key,
    server.certificate,
  ]);
});

Deno.test.each([
  {
    option: "lxd_endpoint",
    value: "unix:///var/lib/lxd/unix.socket",
    reason: "it must be https://host:port",
  },
  { option: "lxd_client_cert", value: client.key, reason: "it must be a PEM certificate" },
  { option: "lxd_server_cert", value: "secret:abc", reason: "it must be a PEM certificate" },
  {
    option: "lxd_client_key",
    value: client.certificate,
    reason: "it must be a PEM private key without a passphrase",
  },
  {
    option: "lxd_client_key",
    value: client.key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"),
    reason: "it must be a PEM private key without a passphrase",
  },
  {
    option: "lxd_client_key",
    value: other.key,
    reason: "it does not belong to lxd_client_cert",
  },
])("findCredentials() says that of $option $reason", ({ option, value, reason }) => {
  assert.deepEqual(found({ ...OPTIONS, [option]: value }), {
    kind: "unreadable",
    name: option,
    reason,
  });
});

Deno.test.each([
  { what: "without access", cloud: undefined, expected: { kind: "no-access" } },
  {
    what: "of another type",
    cloud: { type: "ec2" },
    expected: { kind: "other-cloud", found: 'a cloud of type "ec2"' },
  },
  {
    what: "without credential",
    cloud: { type: "lxd" },
    expected: { kind: "other-cloud", found: 'a credential of type "none"' },
  },
  {
    what: "with a password",
    cloud: { ...CLOUD, credential: { "auth-type": "interactive", attrs: null } },
    expected: { kind: "other-cloud", found: 'a credential of type "interactive"' },
  },
  {
    what: "that is no object",
    cloud: "lxd",
    expected: { kind: "other-cloud", found: "a credential that cannot be read" },
  },
  {
    what: "that is null",
    cloud: null,
    expected: { kind: "other-cloud", found: "a credential that cannot be read" },
  },
  {
    what: "with parts missing",
    cloud: { ...withAttributes({ "client-cert": client.certificate }), endpoint: undefined },
    expected: {
      kind: "missing",
      names: [
        "endpoint of the cloud",
        "client-key of the cloud's credential",
        "server-cert of the cloud's credential",
      ],
    },
  },
  {
    what: "with a key of another certificate",
    cloud: withAttributes({ ...ATTRIBUTES, "client-key": other.key }),
    expected: {
      kind: "unreadable",
      name: "client-key of the cloud's credential",
      reason: "it does not belong to client-cert of the cloud's credential",
    },
  },
])("findCredentials() says what is wrong with a cloud $what", ({ cloud, expected }) => {
  assert.deepEqual(foundInCloud(cloud), expected);
});

Deno.test("findCredentials() tells no secret in what is wrong", () => {
  const broken = client.key.replace("MI", "XX");
  const config = { ...OPTIONS, lxd_client_key: broken };
  assert.equal(found(config).kind, "unreadable");
  assert.ok(!JSON.stringify(found(config)).includes(broken.slice(40, 60)));
});
