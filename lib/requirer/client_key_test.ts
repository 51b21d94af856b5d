import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { craft, type CraftOptions, der, keyOf, rsaKeyOf } from "../../tests/crafted.ts";
import { type Certificate, firstCertificate } from "./certificate.ts";
import { unfit } from "./client_key.ts";

const EC = "06072a8648ce3d0201";
const ADVICE = "LXD lets in RSA, ECDSA (P-256, P-384 or P-521) and Ed25519 only";

function make(options: CraftOptions): Certificate {
  const pem = craft(options);
  const certificate = firstCertificate(pem);
  assert.ok(certificate);
  return certificate;
}

const check = (key: Uint8Array) => unfit(make({ key }));
const ofKind = (reason: string) => ({ code: "key-kind", reason });

/** An RSA modulus with as many bits. */
const modulus = (bits: number): bigint => (1n << BigInt(bits - 1)) + 1n;

Deno.test("unfit() finds nothing against the keys that people make", async () => {
  for (const key of ["p256", "p384", "rsa1024", "rsa2048"] as const) {
    const certificate = firstCertificate((await createCertificate({ key })).certificate);
    assert.equal(certificate && unfit(certificate), undefined);
  }
  assert.equal(unfit(make({})), undefined);
});

Deno.test.each([
  { what: "P-256", curve: "06082a8648ce3d030107" },
  { what: "P-384", curve: "06052b81040022" },
  { what: "P-521", curve: "06052b81040023" },
])("unfit() finds nothing against the curve $what", ({ curve }) => {
  assert.equal(check(keyOf(EC + curve)), undefined);
});

Deno.test.each([
  { name: "P-192", curve: "06082a8648ce3d030101" },
  { name: "P-224", curve: "06052b81040021" },
  { name: "secp256k1", curve: "06052b8104000a" },
  { name: "brainpoolP256r1", curve: "06092b2403030208010107" },
  { name: "SM2", curve: "06082a811ccf5501822d" },
  { name: "1.3.132.0.1", curve: "06052b81040001" },
])("unfit() names the curve $name", ({ name, curve }) => {
  const reason = `The key is on the curve ${name}: ${ADVICE}`;
  assert.deepEqual(check(keyOf(EC + curve)), ofKind(reason));
});

Deno.test.each([
  { what: "parameters of its own", parameters: "3003020101" },
  { what: "its authority's parameters", parameters: "0500" },
  { what: "no parameters", parameters: "" },
])("unfit() refuses a curve with $what", ({ parameters }) => {
  const reason = `The key's curve has no name: ${ADVICE}`;
  assert.deepEqual(check(keyOf(EC + parameters)), ofKind(reason));
});

Deno.test.each([
  { name: "RSA-PSS", algorithm: "06092a864886f70d01010a" },
  { name: "RSA-OAEP", algorithm: "06092a864886f70d010107" },
  { name: "DSA", algorithm: "06072a8648ce380401" },
  { name: "DH", algorithm: "06092a864886f70d010301" },
  { name: "ECDH", algorithm: "06052b8104010c" },
  { name: "X25519", algorithm: "06032b656e" },
  { name: "X448", algorithm: "06032b656f" },
  { name: "Ed448", algorithm: "06032b6571" },
  { name: "ML-DSA-65", algorithm: "0609608648016503040312" },
  { name: "2.5.8.1.1", algorithm: "060455080101" },
])("unfit() names the kind of key $name", ({ name, algorithm }) => {
  const reason = `The key is of the kind ${name}: ${ADVICE}`;
  assert.deepEqual(check(keyOf(algorithm)), ofKind(reason));
});

Deno.test.each([
  { bits: 2048, reason: undefined },
  { bits: 8192, reason: undefined },
  { bits: 8193, reason: "The RSA key has 8193 bits: LXD lets none in with more than 8192" },
  { bits: 16_384, reason: "The RSA key has 16384 bits: LXD lets none in with more than 8192" },
])("unfit() checks an RSA key of $bits bits", ({ bits, reason }) => {
  const expected = reason && { code: "key-size", reason };
  assert.deepEqual(check(rsaKeyOf(modulus(bits), 65_537n)), expected);
});

Deno.test.each([
  { exponent: 3n, isFit: true },
  { exponent: 2n ** 31n - 1n, isFit: true },
  { exponent: 2n ** 31n + 1n, isFit: false },
  { exponent: 2n ** 64n + 1n, isFit: false },
  { exponent: 65_536n, isFit: false },
  { exponent: 1n, isFit: false },
  { exponent: 0n, isFit: false },
])("unfit() checks an RSA key with the exponent $exponent", ({ exponent, isFit }) => {
  const reason = "The RSA key's exponent is not odd and from 3 to 2147483647: " +
    "LXD lets none in with another";
  const expected = isFit ? undefined : ofKind(reason);
  assert.deepEqual(check(rsaKeyOf(modulus(2048), exponent)), expected);
});

Deno.test("unfit() refuses a certificate that is too long for TLS", () => {
  const long = make({ padding: 63_600 });
  assert.equal(unfit(long), undefined);
  const longer = make({ padding: 64_000 });
  const { length } = Uint8Array.fromBase64(longer.der);
  assert.deepEqual(unfit(longer), {
    code: "too-large",
    reason: `The certificate has ${length} bytes: LXD lets none in with more than 64000`,
  });
});

Deno.test.each([
  { what: "no key at all", key: der(0x30) },
  { what: "an algorithm that is none", key: der(0x30, der(0x30, "0c00"), der(3, "00")) },
  { what: "an RSA key that is none", key: keyOf("06092a864886f70d0101010500") },
  {
    what: "a negative RSA key",
    key: keyOf("06092a864886f70d0101010500", der(0x30, "020180", "020103")),
  },
])("unfit() says where a key cannot be read: $what", ({ key }) => {
  const der = craft({ key }).replaceAll(/-----[A-Z ]*-----|\n/g, "");
  assert.deepEqual(unfit({ ...make({}), der }), {
    code: "key-unreadable",
    reason: "The certificate's key cannot be read",
  });
});

Deno.test("unfit() never throws for a certificate that could be read, however damaged", () => {
  const bytes = Uint8Array.fromBase64(make({ key: rsaKeyOf(modulus(2048), 3n) }).der);
  for (const index of bytes.keys()) {
    const damaged = bytes.map((byte, at) => at === index ? byte ^ 0x01 : byte);
    unfit({ ...make({}), der: damaged.toBase64() });
  }
});
