import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readX509 } from "../requirer/x509.ts";
import { createKeyPair } from "./self_signed.ts";

const NOT_BEFORE = new Date("2026-01-02T03:04:05.678Z");
const NOT_AFTER = new Date("2028-01-02T03:04:05Z");
const SUBJECT = { commonName: "lxd-integrator", notBefore: NOT_BEFORE, notAfter: NOT_AFTER };

/** Runs openssl with a text as its input. */
async function openssl(args: readonly string[], input: string): Promise<string> {
  const child = new Deno.Command("openssl", {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}

Deno.test("createKeyPair() makes a certificate that openssl reads as it is meant", async () => {
  const { certificate, key } = createKeyPair(SUBJECT);
  const text = await openssl(["x509", "-noout", "-text", "-nameopt", "RFC2253"], certificate.pem);
  for (
    const part of [
      "Version: 3 (0x2)",
      "Signature Algorithm: ecdsa-with-SHA384",
      "Issuer: CN=lxd-integrator",
      "Not Before: Jan  2 03:04:05 2026 GMT",
      "Not After : Jan  2 03:04:05 2028 GMT",
      "Subject: CN=lxd-integrator",
      "NIST CURVE: P-384",
      "X509v3 Key Usage: critical\n                Digital Signature\n",
      "X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n",
      "X509v3 Basic Constraints: critical\n                CA:FALSE\n",
    ]
  ) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  // DER that is written in another way than OpenSSL's would have another encoding.
  const again = await openssl(["x509", "-outform", "PEM"], certificate.pem);
  assert.equal(again, certificate.pem);
  const [ofKey, ofCertificate] = [
    await openssl(["pkey", "-pubout"], key),
    await openssl(["x509", "-noout", "-pubkey"], certificate.pem),
  ];
  assert.equal(ofKey, ofCertificate);
});

Deno.test("createKeyPair() signs the certificate with its own key", async () => {
  const { certificate, key } = createKeyPair(SUBJECT);
  const x509 = new X509Certificate(certificate.pem);
  assert.ok(x509.verify(x509.publicKey));
  assert.ok(x509.checkPrivateKey(createPrivateKey(key)));
  assert.equal(readX509(certificate)?.version, 3);
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, certificate.pem);
    const options = ["-attime", "1800000000", "-check_ss_sig", "-x509_strict", "-CAfile", path];
    assert.match(
      await openssl(["verify", ...options, "-purpose", "sslclient"], certificate.pem),
      /OK$/m,
    );
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("createKeyPair() never makes the same key or serial number again", () => {
  const made = Array.from({ length: 50 }, () => createKeyPair(SUBJECT));
  const serials = made.map(({ certificate }) => new X509Certificate(certificate.pem).serialNumber);
  assert.equal(new Set(serials).size, 50);
  assert.equal(new Set(made.map(({ key }) => key)).size, 50);
});

Deno.test.each([
  { year: "1999", notBefore: "1999-12-31T23:59:59Z" },
  { year: "2049", notBefore: "2049-12-31T23:59:59Z" },
  { year: "2050", notBefore: "2050-01-01T00:00:00Z" },
])("createKeyPair() writes the time in $year as X.509 has it", async ({ notBefore }) => {
  const notAfter = new Date("2090-01-01T00:00:00Z");
  const { certificate } = createKeyPair({
    ...SUBJECT,
    notBefore: new Date(notBefore),
    notAfter,
  });
  const { validFrom, validTo } = new X509Certificate(certificate.pem);
  assert.deepEqual([new Date(validFrom), new Date(validTo)], [new Date(notBefore), notAfter]);
  const parsed = await openssl(["asn1parse"], certificate.pem);
  const kind = notBefore < "2050" ? "UTCTIME" : "GENERALIZEDTIME";
  assert.match(parsed, new RegExp(`${kind} +:`));
});

Deno.test("createKeyPair() shortens a name that is too long for X.509", () => {
  const { certificate } = createKeyPair({ ...SUBJECT, commonName: "a".repeat(99) });
  assert.equal(new X509Certificate(certificate.pem).subject, `CN=${"a".repeat(64)}`);
});
