import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { createCertificate } from "../../tests/certificates.ts";
import { der } from "../../tests/crafted.ts";
import { readPrivateKey } from "./private_key.ts";

const [ec, rsa] = await Promise.all([
  createCertificate({ key: "p384" }),
  createCertificate({ key: "rsa2048" }),
]);
const ed25519 = generateKeyPairSync("ed25519").privateKey
  .export({ type: "pkcs8", format: "pem" }).toString();
const LABELS = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ANY PRIVATE KEY"];

const bytes = (pem: string) => Uint8Array.fromBase64(pem.replaceAll(/-----.*-----/g, ""));
const labelled = (label: string, content: Uint8Array) =>
  `-----BEGIN ${label}-----\n${content.toBase64()}\n-----END ${label}-----\n`;

Deno.test.each([
  { what: "PKCS#8 (EC)", key: ec.key },
  { what: "PKCS#8 (RSA)", key: rsa.key },
  { what: "PKCS#8 (Ed25519)", key: ed25519 },
  { what: "PKCS#1", key: rsa.traditionalKey },
  { what: "SEC1", key: ec.traditionalKey },
])("readPrivateKey() knows $what by what is in it", ({ key }) => {
  for (const label of LABELS) {
    const read = readPrivateKey(`mine:\r\n${labelled(label, bytes(key))}`);
    assert.ok("pem" in read, label);
    assert.equal(read.pem, key, label);
    assert.ok(read.object.equals(createPrivateKey(key)));
  }
});

Deno.test("readPrivateKey() leaves out what follows the key", () => {
  const read = readPrivateKey(labelled("PRIVATE KEY", Uint8Array.of(...bytes(ec.key), 5, 0)));
  assert.ok("pem" in read);
  assert.equal(read.pem, ec.key);
});

Deno.test("readPrivateKey() takes the first private key, behind curve and certificate", () => {
  const curve = "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n";
  const read = readPrivateKey(curve + ec.certificate + ec.traditionalKey + rsa.key);
  assert.ok("pem" in read);
  assert.equal(read.pem, ec.traditionalKey);
});

Deno.test.each([
  { what: "nothing", text: "" },
  { what: "a certificate", text: ec.certificate },
  { what: "an empty key", text: labelled("PRIVATE KEY", new Uint8Array()) },
  { what: "anything else", text: labelled("PRIVATE KEY", bytes(ec.certificate)) },
  { what: "a label of what is encrypted", text: ec.key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE") },
  { what: "a label of another kind", text: labelled("MYPRIVATE KEY", bytes(ec.key)) },
])("readPrivateKey() says that it is no key: $what", ({ text }) => {
  assert.deepEqual(readPrivateKey(text), {
    reason: "it must be a PEM private key without a passphrase",
  });
});

Deno.test("readPrivateKey() names an RSA key of more than two primes", () => {
  const numbers = Array.from({ length: 8 }, () => "020103");
  const key = der(0x30, "020101", ...numbers);
  const wrapped = der(0x30, "020100", "300d06092a864886f70d0101010500", der(0x04, key));
  for (const content of [key, wrapped]) {
    const read = readPrivateKey(labelled("RSA PRIVATE KEY", content));
    assert.ok("reason" in read);
    assert.match(read.reason, /RSA key has more than two primes/);
  }
});
