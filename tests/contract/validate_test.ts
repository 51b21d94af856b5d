import assert from "node:assert/strict";
import { writeCodes } from "../../build/codes.ts";
import { PYTHON_CODES, renderPythonCodes } from "../../build/python_codes.ts";
import { renderSchemas } from "../../build/schema.ts";
import { createCertificate } from "../certificates.ts";
import { plain } from "../documents/markdown.ts";
import { validator } from "./validate.ts";

const { certificate, key, fingerprint } = await createCertificate();
const provider = await validator("lxd-provider");
const requirer = await validator("lxd-requirer");
const NODE = { endpoint: "https://10.0.0.1:8443", name: "one", trusted_certs_fp: [fingerprint] };
const STATES = [
  { fingerprint, state: "trusted", projects: ["web"], expires_at: "2036-01-01T00:00:00Z" },
  { fingerprint, state: "pending", expires_at: "2036-01-01T00:00:00Z" },
  { fingerprint, state: "rejected", expires_at: null, code: "expired", reason: "r" },
] as const;
const PROVIDED = {
  "private-address": "10.0.0.2",
  version: "1.0",
  nodes: JSON.stringify([NODE]),
  registered_certificates: JSON.stringify([certificate]),
  server_certificate: certificate,
  rejected_certificates: JSON.stringify([
    { unit: "a/0", fingerprint: null, reason: "r" },
    { unit: "a/0", fingerprint, code: "of-a-later-version", reason: "r" },
  ]),
  certificates: JSON.stringify(STATES),
  provider_error: JSON.stringify({ code: "lxd-unreachable", reason: "LXD does not answer" }),
};
const REQUIRED = {
  client_certificates: JSON.stringify([certificate]),
  projects: JSON.stringify(["web"]),
};

/** The states, one of them changed. */
function certificatesWith(index: number, changes: object): string {
  return JSON.stringify([{ ...STATES[index], ...changes }]);
}

Deno.test("docs/schema agrees with the definition", async () => {
  for (const [name, text] of Object.entries(renderSchemas())) {
    const file = await Deno.readTextFile(new URL(`../../docs/schema/${name}`, import.meta.url));
    assert.deepEqual(JSON.parse(file), JSON.parse(text), `${name}: run "deno task schema"`);
  }
});

Deno.test("docs/interface-lxd.md lists the codes", async () => {
  const url = new URL("../../docs/interface-lxd.md", import.meta.url);
  const document = await Deno.readTextFile(url);
  assert.equal(plain(document), plain(writeCodes(document)), 'run "deno task schema"');
  assert.throws(() => writeCodes("no place"), RangeError);
});

Deno.test("the library in Python has the codes and the limits", async () => {
  const module = await Deno.readTextFile(PYTHON_CODES);
  assert.equal(module, renderPythonCodes(), 'run "deno task schema"');
});

Deno.test("the schemas accept valid databags", () => {
  assert.deepEqual(provider(PROVIDED), []);
  assert.deepEqual(provider({ ...PROVIDED, registered_certificates: "[]", nodes: "[]" }), []);
  assert.deepEqual(provider({ ...PROVIDED, version: "1.12" }), []);
  const { certificates: _, provider_error, ...former } = PROVIDED;
  assert.deepEqual(provider(former), []);
  assert.deepEqual(provider({ provider_error }), []);
  assert.deepEqual(requirer(REQUIRED), []);
  assert.deepEqual(requirer({ client_certificates: "[]" }), []);
});

Deno.test.each([
  { what: "another version", changes: { version: "2.0" } },
  { what: "a version in JSON", changes: { version: '"1.0"' } },
  { what: "an object of nodes", changes: { nodes: "{}" } },
  { what: "no port", changes: { nodes: JSON.stringify([{ ...NODE, endpoint: "https://lxd" }]) } },
  { what: "no name", changes: { nodes: JSON.stringify([{ ...NODE, name: undefined }]) } },
  {
    what: "the original's text of a list",
    changes: { nodes: JSON.stringify([{ ...NODE, trusted_certs_fp: "[]" }]) },
  },
  {
    what: "a fingerprint with colons",
    changes: { nodes: JSON.stringify([{ ...NODE, trusted_certs_fp: ["AA:BB"] }]) },
  },
  {
    what: "a server certificate in JSON",
    changes: { server_certificate: JSON.stringify(certificate) },
  },
  { what: "no rejection in a list", changes: { rejected_certificates: "[]" } },
  { what: "a rejection without a reason", changes: { rejected_certificates: '[{"unit":"a/0"}]' } },
  { what: "no certificate in a list", changes: { certificates: "[]" } },
  { what: "an unknown state", changes: { certificates: certificatesWith(0, { state: "odd" }) } },
  {
    what: "a trusted certificate without projects",
    changes: { certificates: certificatesWith(0, { projects: undefined }) },
  },
  {
    what: "a rejected certificate without a code",
    changes: { certificates: certificatesWith(2, { code: undefined }) },
  },
  {
    what: "a time of another zone",
    changes: { certificates: certificatesWith(1, { expires_at: "2036-01-01T00:00:00+01:00" }) },
  },
  { what: "an error without a code", changes: { provider_error: '{"reason":"r"}' } },
])("the provider's schema refuses $what", ({ changes }) => {
  assert.notDeepEqual(provider({ ...PROVIDED, ...changes }), []);
});

Deno.test("the provider's schema refuses a databag without one of the keys", () => {
  for (const key of ["version", "nodes", "registered_certificates", "server_certificate"]) {
    const { provider_error: _, ...healthy } = PROVIDED;
    const rest = Object.entries(healthy).filter(([name]) => name !== key);
    assert.notDeepEqual(provider(Object.fromEntries(rest)), [], key);
  }
});

Deno.test.each([
  { what: "one text", changes: { client_certificates: JSON.stringify(certificate) } },
  { what: "a private key", changes: { client_certificates: JSON.stringify([key]) } },
  {
    what: "a private key after a certificate",
    changes: { client_certificates: JSON.stringify([certificate + key]) },
  },
  { what: "no project in a list", changes: { projects: "[]" } },
  { what: "one project's name", changes: { projects: '"web"' } },
  { what: "no project's name", changes: { projects: '["a/b"]' } },
])("the requirer's schema refuses $what", ({ changes }) => {
  assert.notDeepEqual(requirer({ ...REQUIRED, ...changes }), []);
});
