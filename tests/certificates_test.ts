import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createCertificate, fingerprintOf, type KeyKind } from "./certificates.ts";

const KINDS: readonly KeyKind[] = ["p256", "p384", "rsa1024", "rsa2048"];

Deno.test("createCertificate() makes a self-signed certificate for every kind of key", async () => {
  for (const kind of KINDS) {
    const made = await createCertificate({
      key: kind,
      commonName: `made for ${kind}`,
    });
    const parsed = new X509Certificate(made.certificate);
    equal(parsed.subject, `CN=made for ${kind}`);
    ok(!parsed.ca);
    ok(parsed.verify(parsed.publicKey));
    ok(parsed.checkPrivateKey(createPrivateKey(made.key)));
    ok(parsed.checkPrivateKey(createPrivateKey(made.traditionalKey)));
  }
});

Deno.test("createCertificate() gives the key in PKCS#8, and in SEC1 or PKCS#1", async () => {
  const ec = await createCertificate({ key: "p384" });
  match(ec.key, /^-----BEGIN PRIVATE KEY-----\n/);
  match(ec.traditionalKey, /^-----BEGIN EC PRIVATE KEY-----\n/);
  const rsa = await createCertificate({ key: "rsa2048" });
  match(rsa.key, /^-----BEGIN PRIVATE KEY-----\n/);
  match(rsa.traditionalKey, /^-----BEGIN RSA PRIVATE KEY-----\n/);
});

Deno.test("createCertificate() computes DER and fingerprint", async () => {
  const made = await createCertificate();
  const parsed = new X509Certificate(made.certificate);
  equal(made.der, parsed.raw.toString("base64"));
  equal(made.fingerprint, fingerprintOf(made.certificate));
  match(made.fingerprint, /^[0-9a-f]{64}$/);
});

Deno.test("createCertificate() takes validity and alternative names", async () => {
  const made = await createCertificate({
    notBefore: new Date("2001-02-03T04:05:06Z"),
    notAfter: new Date("2002-02-03T04:05:06Z"),
    dnsNames: ["server.example"],
    ipAddresses: ["127.0.0.1", "::1"],
  });
  const parsed = new X509Certificate(made.certificate);
  deepEqual(
    [
      new Date(parsed.validFrom).toISOString(),
      new Date(parsed.validTo).toISOString(),
    ],
    ["2001-02-03T04:05:06.000Z", "2002-02-03T04:05:06.000Z"],
  );
  match(
    parsed.subjectAltName ?? "",
    /^DNS:server\.example, IP Address:127\.0\.0\.1, /,
  );
});

Deno.test("createCertificate() signs with an authority of another kind of key", async () => {
  for (const key of ["p384", "rsa2048"] as const) {
    const authority = await createCertificate({
      commonName: "authority",
      ca: true,
      key,
    });
    const leaf = await createCertificate({ issuer: authority });
    const parsed = new X509Certificate(leaf.certificate);
    const signer = new X509Certificate(authority.certificate);
    ok(signer.ca);
    equal(parsed.issuer, "CN=authority");
    ok(parsed.verify(signer.publicKey));
  }
});
