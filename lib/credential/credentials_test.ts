import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import {
  type Config,
  type Found,
  readCloud,
  readOptions,
  readSecret,
  type Secret,
  sourceOf,
  tokenIn,
} from "./credentials.ts";

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

const NOW = new Date();
const URI = "secret:9m4e2mr0ui3e8a215n4g";

function found(config: Config): Found {
  const source = sourceOf(config);
  assert.ok(source.kind === "options", source.kind);
  return readOptions(source.parts, NOW);
}

const foundInCloud = (cloud: unknown): Found => readCloud(cloud, NOW);
const foundInSecret = (secret: Secret): Found => readSecret(URI, secret, NOW);
const withAttributes = (attrs: Readonly<Record<string, string>>) => ({
  ...CLOUD,
  credential: { ...CLOUD.credential, attrs },
});

Deno.test("readOptions() reads the operator's options", () => {
  assert.deepEqual(found(OPTIONS), {
    kind: "complete",
    credentials: {
      endpoint: "https://10.0.0.1:8443",
      certificate: client.certificate,
      ourFingerprint: client.fingerprint,
      key: client.key,
      server: {
        pem: server.certificate,
        der: server.der,
        fingerprint: server.fingerprint,
      },
    },
  });
});

Deno.test("readCloud() reads the cloud's credential", () => {
  const result = foundInCloud(CLOUD);
  assert.ok(result.kind === "complete");
  const { endpoint, ourFingerprint, key } = result.credentials;
  assert.deepEqual({ endpoint, ourFingerprint, key }, {
    endpoint: "https://10.0.0.1:8443",
    ourFingerprint: client.fingerprint,
    key: client.traditionalKey,
  });
});

Deno.test("readSecret() reads the operator's secret", () => {
  const content = { endpoint: "10.0.0.1", ...ATTRIBUTES };
  const result = foundInSecret({ kind: "content", content });
  assert.ok(result.kind === "complete");
  const { endpoint, ourFingerprint, key } = result.credentials;
  assert.deepEqual({ endpoint, ourFingerprint, key }, {
    endpoint: "https://10.0.0.1:8443",
    ourFingerprint: client.fingerprint,
    key: client.traditionalKey,
  });
});

Deno.test("readSecret() says what is wrong with a secret", () => {
  assert.deepEqual(foundInSecret({ kind: "refused", words: "permission denied" }), {
    kind: "no-secret",
    uri: URI,
    isAbsent: false,
    words: "permission denied",
  });
  assert.deepEqual(foundInSecret({ kind: "refused", words: 'secret "abc" not found' }), {
    kind: "no-secret",
    uri: URI,
    isAbsent: true,
    words: 'secret "abc" not found',
  });
  const content = { ...ATTRIBUTES, "client-key": " " };
  assert.deepEqual(foundInSecret({ kind: "content", content }), {
    kind: "missing",
    names: ["endpoint", "client-key"],
    secret: URI,
  });
  const mixed = { endpoint: "10.0.0.1", ...ATTRIBUTES, "client-key": other.key };
  assert.deepEqual(foundInSecret({ kind: "content", content: mixed }), {
    kind: "unreadable",
    name: "client-key of credentials-secret",
    reason: "it does not belong to client-cert of credentials-secret",
  });
});

Deno.test("sourceOf() prefers the secret, then the options", () => {
  const secret = { "credentials-secret": URI };
  assert.deepEqual(sourceOf({ ...OPTIONS, ...secret }), { kind: "secret", uri: URI });
  assert.equal(sourceOf({ ...OPTIONS, "credentials-secret": "" }).kind, "options");
  assert.equal(sourceOf({ lxd_endpoint: "10.9.9.9" }).kind, "options");
});

Deno.test.each([
  { what: "a NUL", uri: "secret:abc\0def" },
  { what: "a space", uri: "secret:a b" },
  { what: "a line break", uri: "secret:a\nb" },
  { what: "a character of format", uri: "secret:\u202eabc" },
  { what: "an option of secret-get", uri: "--help" },
  { what: "200 kB", uri: `secret:${"a".repeat(200_000)}` },
])("sourceOf() asks Juju for no secret by a text that is $what", ({ uri }) => {
  assert.deepEqual(sourceOf({ ...OPTIONS, "credentials-secret": uri }), {
    kind: "unreadable",
    name: "credentials-secret",
    reason: "it must be the URI of a secret, as juju add-secret prints it",
  });
});

Deno.test.each([
  "secret:d3kqsnnmp25c7f5ng6t0",
  "d3kqsnnmp25c7f5ng6t0",
  "secret://3b9d8a52-0000-4000-8000-000000000000/d3kqsnnmp25c7f5ng6t0",
])("sourceOf() takes each form of a secret's URI: %s", (uri) => {
  assert.deepEqual(sourceOf({ "credentials-secret": uri }), { kind: "secret", uri });
});

Deno.test("sourceOf() takes empty options, or those of another type, for absent", () => {
  const config = { lxd_endpoint: " ", lxd_client_cert: "", lxd_client_key: 1, other: "x" };
  assert.deepEqual(sourceOf(config), { kind: "cloud" });
});

Deno.test("readCloud() takes the server's certificate from the option, where it is set alone", () => {
  const source = sourceOf({ lxd_server_cert: ` ${other.certificate} `, lxd_endpoint: "" });
  assert.ok(source.kind === "cloud");
  const { "server-cert": _, ...lacking } = ATTRIBUTES;
  for (const cloud of [CLOUD, withAttributes(lacking)]) {
    const result = readCloud(cloud, NOW, source.server);
    assert.ok(result.kind === "complete");
    assert.equal(result.credentials.server.fingerprint, other.fingerprint);
  }
  const damaged = sourceOf({ lxd_server_cert: "x" });
  assert.ok(damaged.kind === "cloud");
  assert.deepEqual(readCloud(CLOUD, NOW, damaged.server), {
    kind: "unreadable",
    name: "lxd_server_cert",
    reason: "it must be a PEM certificate or its fingerprint",
  });
  assert.deepEqual(readCloud(undefined, NOW, source.server), { kind: "no-access" });
});

Deno.test("readOptions() wants all of them", () => {
  assert.deepEqual(found({ lxd_endpoint: "10.9.9.9", lxd_client_key: " \n" }), {
    kind: "missing",
    names: ["lxd_client_cert", "lxd_client_key", "lxd_server_cert"],
    secret: undefined,
  });
});

Deno.test.each([
  { what: "expired", notAfter: "2020-01-01", reason: "The certificate expired on 2020-01-01" },
  {
    what: "not valid yet",
    notBefore: "2100-01-01",
    notAfter: "2101-01-01",
    reason: "The certificate is not valid before 2100-01-01",
  },
])("readOptions() says that our certificate is $what", async ({ reason, ...validity }) => {
  const { notBefore = "2019-01-01", notAfter } = validity;
  const { certificate, key } = await createCertificate({
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
  });
  assert.deepEqual(found({ ...OPTIONS, lxd_client_cert: certificate, lxd_client_key: key }), {
    kind: "unreadable",
    name: "lxd_client_cert",
    reason,
  });
});

Deno.test("readOptions() keeps the authorities of the server's certificate, in any order", async () => {
  const ca = await createCertificate({ commonName: "ca", ca: true });
  const leaf = await createCertificate({ issuer: ca });
  for (const chain of [[leaf, ca], [ca, leaf]]) {
    const text = chain.map(({ certificate }) => certificate).join("\n");
    const result = found({ ...OPTIONS, lxd_server_cert: text });
    assert.ok(result.kind === "complete");
    const { server, issuers } = result.credentials;
    assert.deepEqual(server.fingerprint, leaf.fingerprint);
    assert.deepEqual(issuers?.map(({ fingerprint }) => fingerprint), [ca.fingerprint]);
  }
});

Deno.test.each(["0.0.0.0", "https://[::]:8443", ":8443"].map((value) => ({ value })))(
  "readOptions() says that $value is no address to reach LXD at",
  ({ value }) => {
    const result = found({ ...OPTIONS, lxd_endpoint: value });
    assert.ok(result.kind === "unreadable");
    assert.equal(result.name, "lxd_endpoint");
    assert.match(result.reason, /every address of a machine/);
  },
);

Deno.test.each([
  { what: "private key in PKCS#8", key: client.key },
  { what: "private key in SEC1", key: client.traditionalKey },
  { what: "CRLF", key: client.key.replaceAll("\n", "\r\n") },
])("readOptions() reads a $what", ({ key }) => {
  assert.equal(found({ ...OPTIONS, lxd_client_key: key }).kind, "complete");
});

Deno.test("readOptions() keeps the authorities of our certificate, and what it needs of the key", async () => {
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
  const { certificate, ourFingerprint, key } = result.credentials;
  assert.deepEqual([certificate, ourFingerprint, key], [
    leaf.certificate + ca.certificate,
    leaf.fingerprint,
    leaf.traditionalKey,
  ]);
});

Deno.test("readOptions() reads RSA keys", async () => {
  const { certificate, key, traditionalKey } = await createCertificate({ key: "rsa2048" });
  for (const text of [key, traditionalKey]) {
    const options = { ...OPTIONS, lxd_client_cert: certificate, lxd_client_key: text };
    assert.equal(found(options).kind, "complete");
  }
});

Deno.test.each([
  { what: "escaped line ends", write: (pem: string) => pem.replaceAll("\n", "\\n") },
  { what: "indentation", write: (pem: string) => pem.replaceAll("\n", "\n  ") },
])("readOptions() gives PEM that TLS can read, after $what", ({ write }) => {
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
  {
    option: "lxd_server_cert",
    value: "secret:abc",
    reason: "it must be a PEM certificate or its fingerprint",
  },
  { option: "lxd_endpoint", value: "10.0.0.1,unix:/a", reason: "it must be https://host:port" },
  { option: "lxd_endpoint", value: " , ", reason: "it must be https://host:port" },
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
])("readOptions() says that of $option $reason", ({ option, value, reason }) => {
  assert.deepEqual(found({ ...OPTIONS, [option]: value }), {
    kind: "unreadable",
    name: option,
    reason,
  });
});

Deno.test("readOptions() takes several addresses, in order of preference, each once", () => {
  const result = found({
    ...OPTIONS,
    lxd_endpoint: "10.0.0.2, 10.0.0.1:443,https://10.0.0.2:8443,",
  });
  assert.ok(result.kind === "complete");
  const { endpoint, others } = result.credentials;
  assert.deepEqual([endpoint, others], ["https://10.0.0.2:8443", ["https://10.0.0.1:443"]]);
});

Deno.test("readOptions() takes a fingerprint for the server's certificate", () => {
  const colons = server.fingerprint.toUpperCase().match(/../g)?.join(":") ?? "";
  for (const text of [server.fingerprint, colons, ` ${server.fingerprint.toUpperCase()}\n`]) {
    const result = found({ ...OPTIONS, lxd_server_cert: text });
    assert.ok(result.kind === "complete");
    assert.deepEqual(result.credentials.server, { fingerprint: server.fingerprint });
  }
});

Deno.test("sourceOf() takes a token after the options, and before the cloud", () => {
  const token = { name: "trust-token", value: "abc" };
  const config = { "trust-token": " abc\n", lxd_server_cert: "PEM" };
  assert.deepEqual(sourceOf(config), { kind: "token", token });
  assert.equal(sourceOf({ ...config, lxd_endpoint: "10.0.0.1" }).kind, "options");
  assert.equal(sourceOf({ ...config, "credentials-secret": URI }).kind, "secret");
});

Deno.test("tokenIn() finds the token in a secret, whatever else is in it", () => {
  const content = { ...ATTRIBUTES, "trust-token": " abc\n" };
  const token = { name: "trust-token of credentials-secret", value: "abc" };
  assert.deepEqual(tokenIn({ kind: "content", content }), token);
  assert.equal(tokenIn({ kind: "content", content: ATTRIBUTES }), undefined);
  assert.equal(tokenIn({ kind: "refused", words: "no" }), undefined);
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
      secret: undefined,
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
])("readCloud() says what is wrong with a cloud $what", ({ cloud, expected }) => {
  assert.deepEqual(foundInCloud(cloud), expected);
});

Deno.test("readOptions() shows no secret in an error", () => {
  const broken = client.key.replace("MI", "XX");
  const config = { ...OPTIONS, lxd_client_key: broken };
  assert.equal(found(config).kind, "unreadable");
  assert.ok(!JSON.stringify(found(config)).includes(broken.slice(40, 60)));
});
