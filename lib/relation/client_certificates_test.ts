import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { craft, nameOf } from "../../tests/crafted.ts";
import { firstCertificate, readCertificate } from "../requirer/certificate.ts";
import { parseJson } from "../requirer/databag.ts";
import { type ClientCertificates, readClientCertificates } from "./client_certificates.ts";

// Ed25519, valid from 2000 to 2049, and what PyYAML 6 makes of a list that holds it.
const PEM = `-----BEGIN CERTIFICATE-----
MIHDMHegAwIBAgIBATAFBgMrZXAwDDEKMAgGA1UEAwwBYTAeFw0wMDAxMDEwMDAw
MDBaFw00OTAxMDEwMDAwMDBaMAwxCjAIBgNVBAMMAWEwKjAFBgMrZXADIQAhS4on
D4jFyjSGyBVa7GkXO6vbZL+nBkjfy2bsfWdwOzAFBgMrZXADQQD8+oBll+yP+8uH
dClqw7vzs4gpU6ymTeEEcq1OzOHZOIy+4HRKz4pCvjj9ZFPn4M9O5i2DQf04jVKU
0LDf2BMM
-----END CERTIFICATE-----
`;
const FINGERPRINT = "1b942f237e98f2fb2154572ad484351902adf23d78733ecb48efb1fb3d3a07df";
const YAML_SINGLE_QUOTED = `- '-----BEGIN CERTIFICATE-----

  MIHDMHegAwIBAgIBATAFBgMrZXAwDDEKMAgGA1UEAwwBYTAeFw0wMDAxMDEwMDAw

  MDBaFw00OTAxMDEwMDAwMDBaMAwxCjAIBgNVBAMMAWEwKjAFBgMrZXADIQAhS4on

  D4jFyjSGyBVa7GkXO6vbZL+nBkjfy2bsfWdwOzAFBgMrZXADQQD8+oBll+yP+8uH

  dClqw7vzs4gpU6ymTeEEcq1OzOHZOIy+4HRKz4pCvjj9ZFPn4M9O5i2DQf04jVKU

  0LDf2BMM

  -----END CERTIFICATE-----

  '
`;
const YAML_CRLF = String
  .raw`- "-----BEGIN CERTIFICATE-----\r\nMIHDMHegAwIBAgIBATAFBgMrZXAwDDEKMAgGA1UEAwwBYTAeFw0wMDAxMDEwMDAw\r\
  \nMDBaFw00OTAxMDEwMDAwMDBaMAwxCjAIBgNVBAMMAWEwKjAFBgMrZXADIQAhS4on\r\nD4jFyjSGyBVa7GkXO6vbZL+nBkjfy2bsfWdwOzAFBgMrZXADQQD8+oBll+yP+8uH\r\
  \ndClqw7vzs4gpU6ymTeEEcq1OzOHZOIy+4HRKz4pCvjj9ZFPn4M9O5i2DQf04jVKU\r\n0LDf2BMM\r\
  \n-----END CERTIFICATE-----\r\n"
`;
const YAML_DOUBLE_QUOTED = String
  .raw`- "-----BEGIN CERTIFICATE-----\nMIHDMHegAwIBAgIBATAFBgMrZXAwDDEKMAgGA1UEAwwBYTAeFw0wMDAxMDEwMDAw\n\
  MDBaFw00OTAxMDEwMDAwMDBaMAwxCjAIBgNVBAMMAWEwKjAFBgMrZXADIQAhS4on\nD4jFyjSGyBVa7GkXO6vbZL+nBkjfy2bsfWdwOzAFBgMrZXADQQD8+oBll+yP+8uH\n\
  dClqw7vzs4gpU6ymTeEEcq1OzOHZOIy+4HRKz4pCvjj9ZFPn4M9O5i2DQf04jVKU\n0LDf2BMM\n-----END\
  \ CERTIFICATE-----\n"
`;
const YAML_BLOCK = `- |\n${PEM.trim().replaceAll(/^/gm, "  ")}\n`;
const YAML_FLOW = `['${PEM.replaceAll("\n", "\n\n    ")}']\n`;
// What PyYAML 6 makes of a key and a certificate in one string, at a width of 20.
const KEY_BODY = "MHcCAQEEIIb5qoJaVkPMYMH5ZMw/J46mP3ziJRNrWUFNghS0yw0aoAoGCCqGSM49";
const YAML_KEY_SINGLE = `'-----BEGIN EC PRIVATE
  KEY-----

  ${KEY_BODY}

  -----END EC PRIVATE
  KEY-----

  ${PEM.replaceAll("\n", "\n\n  ")}'
`;
const YAML_KEY_DOUBLE = String.raw`"-----BEGIN EC PRIVATE\
  \ KEY-----\n${KEY_BODY}\n\
  -----END EC PRIVATE\
  \ KEY-----\n${PEM.replaceAll("\n", "\\n\\\n  ")}"
`;

const [one, two] = await Promise.all([createCertificate(), createCertificate()]);
const A = one.certificate;
const B = two.certificate;

/** What counts in most cases: which certificates, and what is wrong. */
function brief({ certificates, rejected, refused }: ClientCertificates) {
  const named = rejected.flatMap(({ fingerprint }) => fingerprint === null ? [] : [fingerprint]);
  assert.deepEqual(
    new Set(refused.map(({ fingerprint }) => fingerprint as string)),
    new Set(named),
  );
  const fingerprints = certificates.map(({ certificate }) => certificate.fingerprint as string);
  return {
    certificates: [...new Set(fingerprints)],
    reasons: rejected.map(({ reason }) => reason),
  };
}

const read = (raw: string) => brief(readClientCertificates("client_certificates", raw));
const codesOf = (raw: string) =>
  readClientCertificates("client_certificates", raw).rejected.map(({ code }) => code);
const texts = (raw: string) =>
  readClientCertificates("client_certificates", raw).certificates.map(({ text }) => text);

Deno.test.each([
  { what: "a JSON list", raw: JSON.stringify([A, B]), expected: [one, two] },
  {
    what: "a JSON list with white space",
    raw: `\n${JSON.stringify([A], null, 2)}\n`,
    expected: [one],
  },
  {
    what: "a list serialized twice",
    raw: JSON.stringify(JSON.stringify([A, B])),
    expected: [one, two],
  },
  { what: "one PEM", raw: A, expected: [one] },
  { what: "one PEM without a line end", raw: A.trim(), expected: [one] },
  { what: "one PEM with escaped line ends", raw: A.replaceAll("\n", "\\n"), expected: [one] },
  { what: "a JSON string", raw: JSON.stringify(A), expected: [one] },
  { what: "two PEM blocks", raw: A + B, expected: [one, two] },
  { what: "two PEM blocks in a list's item", raw: JSON.stringify([A + B]), expected: [one, two] },
  { what: "CRLF", raw: A.replaceAll("\n", "\r\n"), expected: [one] },
  { what: "CRLF in JSON", raw: JSON.stringify([A.replaceAll("\n", "\r\n")]), expected: [one] },
  { what: "text around the blocks", raw: `first\n${A}second:\n${B}last`, expected: [one, two] },
  { what: "duplicates in a list", raw: JSON.stringify([A, B, A.trim()]), expected: [one, two] },
  { what: "duplicates in one string", raw: A + B + A, expected: [one, two] },
  { what: "empty items", raw: JSON.stringify(["", A, null, " \n"]), expected: [one] },
  { what: "a simple YAML list", raw: `- "${A.replaceAll("\n", "\\n")}"\n`, expected: [one] },
])("readClientCertificates() takes $what", ({ raw, expected }) => {
  const certificates = expected.map(({ fingerprint }) => fingerprint);
  assert.deepEqual(read(raw), { certificates, reasons: [] });
});

Deno.test.each([
  { what: "single-quoted", yaml: YAML_SINGLE_QUOTED },
  { what: "double-quoted and folded", yaml: YAML_DOUBLE_QUOTED },
  { what: "double-quoted with CRLF", yaml: YAML_CRLF },
  { what: "literal", yaml: YAML_BLOCK },
  { what: "literal, with a document marker", yaml: `---\n${YAML_BLOCK}` },
  { what: "flow", yaml: YAML_FLOW },
  { what: "several", yaml: YAML_BLOCK + YAML_SINGLE_QUOTED },
])("readClientCertificates() reads a YAML list and repeats PEM: $what", ({ yaml }) => {
  assert.deepEqual(read(yaml), { certificates: [FINGERPRINT], reasons: [] });
  assert.deepEqual(new Set(texts(yaml)), new Set([PEM]));
});

Deno.test.each(
  ["", " \n", "[]", '""', '"[]"', "null", '"null"', '[null, ""]'].map((raw) => ({ raw })),
)("readClientCertificates() takes $raw for nothing", ({ raw }) => {
  assert.deepEqual(read(raw), { certificates: [], reasons: [] });
});

Deno.test.each([
  { what: "text", raw: "hello", reason: "The text holds no PEM certificate" },
  { what: "broken JSON", raw: '["', reason: "The text holds no PEM certificate" },
  { what: "a number", raw: "1", reason: "A number was sent: it must be a PEM certificate" },
  { what: "a truth", raw: "[true]", reason: "A boolean was sent: it must be a PEM certificate" },
  {
    what: "a list in a list",
    raw: "[[]]",
    reason: "A list was sent: it must be a PEM certificate",
  },
  {
    what: "an unfinished block",
    raw: A.slice(0, -10),
    reason: "The text holds no PEM certificate",
  },
  {
    what: "a damaged block",
    raw: A.replace("MII", "MIJ"),
    reason: "The PEM block is not an X.509 certificate",
  },
  {
    what: "a public key",
    raw: "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----",
    reason: "A PEM block was sent that is no CERTIFICATE",
  },
])("readClientCertificates() rejects $what", ({ raw, reason }) => {
  assert.deepEqual(read(raw), { certificates: [], reasons: [reason] });
  assert.deepEqual(codesOf(raw), ["not-certificate"]);
});

Deno.test("readClientCertificates() reads good certificates beside bad ones", () => {
  const { certificates, reasons } = read(
    JSON.stringify(["hello", A, 1, A.replace("MII", "MIJ") + B]),
  );
  assert.deepEqual(certificates, [one.fingerprint, two.fingerprint]);
  assert.equal(reasons.length, 3);
});

Deno.test.each([
  { what: "PKCS#8", raw: one.key + A },
  { what: "SEC1", raw: A + one.traditionalKey },
  { what: "JSON", raw: JSON.stringify([A + one.key]) },
  { what: "JSON, in an item of its own", raw: JSON.stringify([A, one.key]) },
  { what: "an unfinished block", raw: one.key.replace(/-----END[^]*/, "") + A },
  { what: "single-quoted YAML", raw: YAML_KEY_SINGLE },
  { what: "double-quoted YAML", raw: YAML_KEY_DOUBLE },
  { what: "two spaces in its label", raw: one.key.replaceAll("PRIVATE KEY", "PRIVATE  KEY") + A },
  { what: "lower case", raw: one.key.replaceAll("PRIVATE KEY", "private key") + A },
])("readClientCertificates() never repeats a private key: $what", ({ raw }) => {
  const result = readClientCertificates("client_certificates", raw);
  assert.equal(result.certificates.length, 1);
  const told = JSON.stringify(result);
  // The secret begins in the first line of a key's body; the last ones are the certificate's too.
  const secrets = [one.key, one.traditionalKey].map((key) => key.split("\n")[1] ?? "");
  for (const secret of [...secrets, KEY_BODY]) assert.ok(!told.includes(secret));
});

Deno.test("readClientCertificates() says that a private key was sent", () => {
  const reasons = [
    "A private key was sent: it is no longer secret, replace it and send certificates only",
  ];
  const keys = [one.key, one.traditionalKey, one.key.replaceAll("PRIVATE", "ENCRYPTED PRIVATE")];
  for (const key of keys) {
    assert.deepEqual(read(A + key), { certificates: [one.fingerprint], reasons });
    assert.deepEqual(codesOf(A + key), ["private-key"]);
  }
  assert.deepEqual(read(YAML_KEY_DOUBLE), { certificates: [FINGERPRINT], reasons });
});

Deno.test("readClientCertificates() says that a private key was sent whose label is folded", () => {
  assert.match(read(YAML_KEY_SINGLE).reasons.join(), /^A private key was sent/);
});

Deno.test("readClientCertificates() keeps a text as it was sent, if it is a certificate alone", () => {
  const crlf = A.replaceAll("\n", "\r\n");
  const sent = [A, A.trim(), `\n  ${A.replaceAll("\n", "\n  ")}`, crlf];
  assert.deepEqual(sent.flatMap((text) => texts(JSON.stringify([text]))), sent);
  assert.deepEqual(texts(JSON.stringify(sent)), sent.slice(0, 1));
  for (const raw of sent) assert.deepEqual(texts(raw), [raw]);
  assert.deepEqual(texts(JSON.stringify(crlf)), [crlf]);
});

Deno.test.each([
  { what: "of several blocks", raw: A + B, expected: [A, B] },
  { what: "with anything around it", raw: JSON.stringify([`mine\n${A}`]), expected: [A] },
  { what: "with escaped line ends", raw: A.replaceAll("\n", "\\n"), expected: [A] },
  { what: "with other dashes", raw: A.replaceAll("BEGIN ", "BEGIN  "), expected: [A] },
  {
    what: "that is mostly white space",
    raw: JSON.stringify([A + "\n".repeat(100_000)]),
    expected: [A],
  },
])("readClientCertificates() repeats PEM instead of a text $what", ({ raw, expected }) => {
  assert.deepEqual(texts(raw), expected);
});

Deno.test("readClientCertificates() takes a chain's leaf, not its authority", async () => {
  const ca = await createCertificate({ commonName: "ca", ca: true });
  const leaf = await createCertificate({ commonName: "leaf", issuer: ca });
  for (const text of [leaf.certificate + ca.certificate, ca.certificate + leaf.certificate]) {
    const { certificates, reasons } = read(JSON.stringify([text]));
    assert.deepEqual(certificates, [leaf.fingerprint]);
    assert.match(reasons.join(), /^The certificate of an authority was sent/);
  }
});

Deno.test("readClientCertificates() takes no authority, over however many items", async () => {
  const root = await createCertificate({ commonName: "root", ca: true });
  const middle = await createCertificate({ commonName: "middle", ca: true, issuer: root });
  const leaf = await createCertificate({ commonName: "leaf", issuer: middle });
  const [r, m, l] = [root.certificate, middle.certificate, leaf.certificate];
  const sent = [
    JSON.stringify([r, m, l]),
    JSON.stringify([l, m, r]),
    JSON.stringify([m, l + r]),
    JSON.stringify([m + r, l]),
    JSON.stringify([m, r, r, l, m, l + l]),
    JSON.stringify(JSON.stringify([r, m, l])),
    r + l + m,
    [l, r, m].map((pem) => `- |\n  ${pem.trimEnd().replaceAll("\n", "\n  ")}\n`).join(""),
  ];
  const reason = "The certificate of an authority was sent with the one it signed: " +
    "only the client's own is registered";
  const expected = [root, middle].map(({ fingerprint }) => {
    return { fingerprint, code: "authority", reason };
  });
  for (const raw of sent) {
    const { certificates, rejected } = readClientCertificates("client_certificates", raw);
    const fingerprints = certificates.map(({ certificate }) => certificate.fingerprint as string);
    assert.deepEqual(new Set(fingerprints), new Set([leaf.fingerprint]));
    assert.deepEqual(new Set(rejected), new Set(expected));
  }
  // What signed nothing that was sent may be a client's own.
  assert.deepEqual(read(JSON.stringify([r, l])), {
    certificates: [root.fingerprint, leaf.fingerprint],
    reasons: [],
  });
});

Deno.test.each(
  ["x", "-----BEGIN ", "-----BEGIN CERTIFICATE-----", "-----END ", "[", '"', "\\", "- "]
    .map((part) => ({ part })),
)("readClientCertificates() comes to an end with much of '$part'", ({ part }) => {
  const text = part.repeat(100_000 / part.length);
  for (const raw of [text, JSON.stringify([text]), A + text]) {
    assert.ok(JSON.stringify(read(raw)).length < 300);
  }
});

Deno.test("parseJson() distinguishes null from text that is no JSON", () => {
  assert.deepEqual(["null", "", "[", '["a"]'].map(parseJson), [null, undefined, undefined, ["a"]]);
});

/** Reads the key, and counts the blocks and characters that are parsed. */
function count(raw: string): {
  readonly parsed: number;
  readonly characters: number;
  readonly certificates: number;
  readonly reasons: readonly string[];
} {
  let [parsed, characters] = [0, 0];
  const { certificates, rejected } = readClientCertificates("client_certificates", raw, (block) => {
    parsed++;
    characters += block.body.length;
    return readCertificate(block);
  });
  const reasons = [...new Set(rejected.map(({ reason }) => reason))];
  return { parsed, characters, certificates: certificates.length, reasons };
}

const OVER =
  "The key client_certificates has more than 1 MiB (1048576 bytes), which is the limit: shorten it";

Deno.test.each([
  { what: "numbers", raw: `[${"1,".repeat(7_000_000)}1]` },
  { what: "lists within lists", raw: "[".repeat(16_000_000) },
  { what: "zero bytes", raw: "\0".repeat(16_000_000) },
  { what: "a certificate repeated", raw: A.repeat(16_000_000 / A.length) },
  { what: "characters of two bytes", raw: "\u00e9".repeat(600_000) },
])("readClientCertificates() parses nothing of a key over the limit: $what", ({ raw }) => {
  assert.deepEqual(count(raw), { parsed: 0, characters: 0, certificates: 0, reasons: [OVER] });
});

Deno.test("readClientCertificates() parses a repeated certificate once", () => {
  const all = JSON.stringify(Array.from({ length: 500 }, (_, index) => index % 2 ? A : ` ${A}`));
  assert.deepEqual(
    [count(all).parsed, count(all).certificates, count(A.repeat(500)).parsed],
    [1, 1, 1],
  );
});

Deno.test("readClientCertificates() parses no block after the hundredth certificate", () => {
  const many = Array.from(
    { length: 400 },
    (_, index) => craft({ subject: nameOf(`client ${index}`) }),
  );
  const garbage = A.replace(/\n.{20}/, `\n${"A".repeat(20)}`);
  // What is no certificate does not count, nor what is there already.
  const read = count(JSON.stringify([garbage, many[0], ...many, many[0]]));
  assert.deepEqual([read.parsed, read.certificates], [101, 100]);
  assert.deepEqual(read.reasons, [
    "The PEM block is not an X.509 certificate",
    "The limit is 100 certificates, and 300 more were sent: withdraw those not in use",
  ]);
});

Deno.test("readClientCertificates() rejects a certificate over the limit, with its fingerprint", () => {
  const large = craft({ padding: 16_384 });
  const { certificates, rejected, refused } = readClientCertificates(
    "client_certificates",
    JSON.stringify([large, A]),
  );
  assert.equal(certificates.length, 1);
  assert.equal(rejected[0]?.fingerprint, firstCertificate(large)?.fingerprint);
  assert.deepEqual(rejected.map(({ code }) => code), ["too-large"]);
  assert.deepEqual(refused, [firstCertificate(large)]);
  assert.match(
    rejected[0]?.reason ?? "",
    /^The certificate has 16\d{3} bytes, and the limit is 16 KiB \(16384 bytes\): use one without/,
  );
});

Deno.test("readClientCertificates() throws for nothing within the limit", () => {
  const begin = "-----BEGIN CERTIFICATE-----\n";
  for (
    const part of ["[", '{"a":', "{},", "1,", begin, `${begin}AAAA`, "-----END ", "\\\n", "\0", " "]
  ) {
    const raw = part.repeat(1_048_576 / part.length);
    assert.deepEqual(count(raw).certificates, 0);
    assert.deepEqual(count(`${begin}${raw.slice(100)}`).certificates, 0);
  }
});
