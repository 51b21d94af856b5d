import assert from "node:assert/strict";
import { type CertificateOptions, createCertificate } from "../../tests/certificates.ts";
import {
  type Certificate,
  firstCertificate,
  longExpired,
  pemBlocks,
  readCertificate,
  renderPem,
  unusable,
} from "./certificate.ts";

const NOW = new Date("2026-06-01T00:00:00Z");

// A key on a curve that the runtime does not know (brainpoolP256r1), valid from 2000 to 2049.
const UNKNOWN_CURVE = `-----BEGIN CERTIFICATE-----
MIIBBDCBrKADAgECAgEBMAoGCCqGSM49BAMCMAwxCjAIBgNVBAMMAWEwHhcNMDAw
MTAxMDAwMDAwWhcNNDkwMTAxMDAwMDAwWjAMMQowCAYDVQQDDAFhMFowFAYHKoZI
zj0CAQYJKyQDAwIIAQEHA0IABHekaJojOIY4sgYhQwifjkKoulOoIsDeYjHZtwk9
AMGzljvoqrfer89uymBzHNc+IN9SQyD5/wOu6TBbQG0UVuQwCgYIKoZIzj0EAwID
RwAwRAIgdMFF9qNNBum5T1blk32Oe6HcsARNbieUtANFSqOOgGUCIG/D/0xOwA73
Utr7PHG2FAL9Azj/Nut9YPfvkhQ2LHB6
-----END CERTIFICATE-----
`;

// A P-521 key: the runtime reads it, but verifies no signature with it.
const P521 = `-----BEGIN CERTIFICATE-----
MIIBizCB7qADAgECAgEBMAoGCCqGSM49BAMCMAwxCjAIBgNVBAMMAWEwHhcNMDAw
MTAxMDAwMDAwWhcNNDkwMTAxMDAwMDAwWjAMMQowCAYDVQQDDAFhMIGbMBAGByqG
SM49AgEGBSuBBAAjA4GGAAQAA4KBZGysytxEm0HbMQPa0MZzJ48OZfFZ79woz/MJ
BMNfO2Kmo4MdTUnzXmnim64Btlm5Ug0ps4zdQ7FkIrWevX4BKoU6XyYmku1++TvI
ng6/JoNaDcwbp+DNgnGPHlThU/QpgZ/cNkG2Wldl2kaGtMb4NqhzW3tmryb16pKu
k6B4FC0wCgYIKoZIzj0EAwIDgYsAMIGHAkIA9bJGDyWO83mWSpO3OFkSAp+mn7Ep
dHmmfBpO4xYRJ9xeGb/6o4QEMswn6Owgd53PogtqRWB4dLOFWQZD+rXfJ3QCQVug
LlutOqxX3mw5fvI2zpurCkax44GLje3fnbQLGjCpfSNvSPHX0kmWDMTR77AjfdB0
h20LcZFybZLZBTO/YTxm
-----END CERTIFICATE-----
`;

const body = (pem: string): string => pemBlocks(pem)[0]?.body ?? "";
const block = (body: string) => ({ label: "CERTIFICATE", body });

function read(pem: string): Certificate {
  const certificate = firstCertificate(pem);
  assert.ok(certificate);
  return certificate;
}

async function make(options?: CertificateOptions): Promise<Certificate> {
  return read((await createCertificate(options)).certificate);
}

Deno.test.each([
  { what: "LF", text: "-----BEGIN A-----\nAA\nBB\n-----END A-----\n" },
  { what: "CRLF", text: "-----BEGIN A-----\r\nAA\r\nBB\r\n-----END A-----\r\n" },
  { what: "CR", text: "-----BEGIN A-----\rAA\rBB\r-----END A-----" },
  { what: "one line", text: "-----BEGIN A----- AA BB -----END A-----" },
  { what: "indentation", text: "  -----BEGIN A-----\n\t AA\n\t BB\n  -----END A-----" },
  { what: "escaped LF", text: '"-----BEGIN A-----\\nAA\\nBB\\n-----END A-----\\n"' },
  { what: "escaped CRLF", text: '"-----BEGIN A-----\\r\\nAA\\r\\nBB\\r\\n-----END A-----"' },
  {
    what: "folded lines",
    text: '"-----BEGIN\\\n  \\ A-----\\nAA\\n\\\n  BB\\n-----END\\\n \\ A-----"',
  },
  { what: "text around", text: "subject=a\n-----BEGIN A-----\nAA\nBB\n-----END A-----\n-- bye" },
  { what: "other dashes", text: "----------BEGIN A-----\nAABB\n-----END A---------" },
  {
    what: "an unfinished block",
    text: "-----BEGIN A-----\nXX\n-----BEGIN A-----AABB-----END A-----",
  },
])("pemBlocks() finds a block with $what", ({ text }) => {
  assert.deepEqual(pemBlocks(text).map(({ label, body }) => [label, body]), [["A", "AABB"]]);
});

Deno.test("pemBlocks() finds glued blocks in their order", () => {
  const a = "-----BEGIN EC PRIVATE KEY-----AA==-----END EC PRIVATE KEY-----";
  const b = "-----BEGIN B-----AQ==-----END B-----";
  assert.deepEqual(pemBlocks(a + b), [
    { label: "EC PRIVATE KEY", body: "AA==" },
    { label: "B", body: "AQ==" },
  ]);
});

Deno.test("pemBlocks() reads a label of several words that is folded", () => {
  const text = "-----BEGIN EC\n  PRIVATE KEY-----\nAA==\n-----END EC\n  PRIVATE KEY-----";
  assert.deepEqual(pemBlocks(text), [{ label: "EC PRIVATE KEY", body: "AA==" }]);
});

Deno.test("pemBlocks() finds nothing where nothing is complete", () => {
  const texts = [
    "",
    "-----BEGIN A-----",
    "-----BEGIN A-----\nAA\n-----END A----",
    "-----END A-----\nAA\n-----BEGIN A-----",
    "-----BEGIN -----\nAA\n-----END -----",
    "-----begin a-----\nAA\n-----end a-----",
  ];
  for (const text of texts) assert.deepEqual(pemBlocks(text), [], text);
});

Deno.test.each([
  "-",
  "-----BEGIN ",
  "-----BEGIN A-----",
  "-----BEGIN A-----\n-----END",
  "-----END ",
  "\\\n",
  "\\n",
  "\n",
].map((part) => ({ part })))("pemBlocks() comes to an end with much of %o", ({ part }) => {
  const text = part.repeat(100_000 / part.length);
  assert.deepEqual(pemBlocks(text), []);
  assert.deepEqual(pemBlocks(`-----BEGIN A-----${text}`), []);
});

Deno.test("renderPem() writes what pemBlocks() reads", async () => {
  const { certificate, traditionalKey } = await createCertificate({ key: "p384" });
  for (const pem of [certificate, traditionalKey]) {
    assert.deepEqual(pemBlocks(pem).map(renderPem), [pem]);
    assert.deepEqual(pemBlocks(pem.replaceAll("\n", "\\n")).map(renderPem), [pem]);
  }
});

Deno.test("readCertificate() gives PEM, DER and fingerprint as LXD has them", async () => {
  const made = await createCertificate();
  const expected = {
    pem: made.certificate,
    der: made.der,
    fingerprint: made.fingerprint,
  };
  assert.deepEqual(firstCertificate(made.certificate), expected);
  const wild = `mine:\n${made.certificate.replaceAll("\n", "\r\n\t ")}\n${made.certificate}`;
  assert.deepEqual(firstCertificate(wild), expected);
});

Deno.test("readCertificate() completes base64 without padding, which LXD refuses", async () => {
  // Each letter more makes the DER three bytes longer by one modulo three.
  for (const commonName of ["a", "aa", "aaa", "aaaa", "aaaaa", "aaaaaa"]) {
    const { der } = await make({ commonName });
    const bare = der.replace(/=+$/, "");
    assert.equal(readCertificate(block(bare))?.der, der);
  }
});

Deno.test("readCertificate() refuses everything but exactly one certificate", async () => {
  const { pem, der } = await make();
  const bytes = Uint8Array.fromBase64(der);
  const indefinite = new Uint8Array([0x30, 0x80, ...bytes.subarray(4), 0, 0]);
  const bad = [
    "",
    "====",
    "AAAA",
    "not base64!",
    body(pem).replace("M", "_"),
    bytes.subarray(0, -1).toBase64(),
    bytes.subarray(1).toBase64(),
    new Uint8Array([...bytes, 0]).toBase64(),
    new Uint8Array([...bytes, ...bytes]).toBase64(),
    indefinite.toBase64(),
    // A certificate in PEM, in base64 once more.
    new TextEncoder().encode(pem).toBase64(),
  ];
  for (const text of bad) assert.equal(readCertificate(block(text)), undefined, text);
});

Deno.test("firstCertificate() passes over other blocks", async () => {
  const { certificate, key, traditionalKey, fingerprint } = await createCertificate();
  const text = traditionalKey + key + certificate;
  assert.equal(firstCertificate(text)?.fingerprint, fingerprint);
  assert.equal(firstCertificate(key), undefined);
  assert.equal(firstCertificate(""), undefined);
});

Deno.test.each([
  { what: "valid", from: "2026-01-01", to: "2027-01-01", expected: undefined },
  {
    what: "expired",
    from: "2025-01-01",
    to: "2026-05-31",
    expected: "The certificate expired on 2026-05-31",
  },
  {
    what: "expired this second",
    from: "2025-01-01",
    to: "2026-06-01",
    expected: "The certificate expired on 2026-06-01",
  },
  {
    what: "not valid yet",
    from: "2026-06-02",
    to: "2027-01-01",
    expected: "The certificate is not valid before 2026-06-02",
  },
  { what: "valid from this second", from: "2026-06-01", to: "2027-01-01", expected: undefined },
  { what: "valid for ever", from: "2026-01-01", to: "9999-12-31", expected: undefined },
])("unusable() checks a certificate that is $what", async ({ from, to, expected }) => {
  const certificate = await make({ notBefore: new Date(from), notAfter: new Date(to) });
  assert.equal(unusable(certificate, NOW), expected);
});

Deno.test.each([
  { to: "2026-05-30T00:00:00Z", expected: undefined },
  { to: "2026-05-29T23:59:59Z", expected: "The certificate expired on 2026-05-29" },
  { to: "2026-06-02T00:00:00Z", expected: undefined },
])("longExpired() takes two days for a wrong clock: $to", async ({ to, expected }) => {
  assert.equal(longExpired(await make({ notAfter: new Date(to) }), NOW), expected);
});

Deno.test("unusable() refuses weak RSA keys, and no other", async () => {
  const now = new Date();
  assert.equal(
    unusable(await make({ key: "rsa1024" }), now),
    "The RSA key has 1024 bits: LXD asks for at least 2048",
  );
  for (const key of ["rsa2048", "p256", "p384"] as const) {
    assert.equal(unusable(await make({ key }), now), undefined);
  }
  assert.equal(unusable(read(P521), NOW), undefined);
});

Deno.test("unusable() never throws for a key that the runtime does not know", () => {
  unusable(read(UNKNOWN_CURVE), NOW);
});

Deno.test("unusable() never throws for a certificate that could be read, however damaged", async () => {
  const bytes = Uint8Array.fromBase64((await make()).der);
  for (const index of bytes.keys()) {
    const damaged = bytes.map((byte, at) => at === index ? byte ^ 0x01 : byte);
    const certificate = readCertificate(block(damaged.toBase64()));
    if (certificate) unusable(certificate, new Date());
  }
});
