import assert from "node:assert/strict";
import { renderSchemas } from "../../build/schema.ts";
import { createCertificate } from "../certificates.ts";
import { validator } from "./validate.ts";

const { certificate, key, fingerprint } = await createCertificate();
const provider = await validator("lxd-provider");
const requirer = await validator("lxd-requirer");
const NODE = { endpoint: "https://10.0.0.1:8443", name: "one", trusted_certs_fp: [fingerprint] };
const PROVIDED = {
  "private-address": "10.0.0.2",
  version: "1.0",
  nodes: JSON.stringify([NODE]),
  registered_certificates: JSON.stringify([certificate]),
  server_certificate: certificate,
  rejected_certificates: JSON.stringify([{ unit: "a/0", fingerprint: null, reason: "r" }]),
};
const REQUIRED = {
  client_certificates: JSON.stringify([certificate]),
  projects: JSON.stringify(["web"]),
};

Deno.test("docs/schema agrees with the definition", async () => {
  for (const [name, text] of Object.entries(renderSchemas())) {
    const file = await Deno.readTextFile(new URL(`../../docs/schema/${name}`, import.meta.url));
    assert.deepEqual(JSON.parse(file), JSON.parse(text), `${name}: run "deno task schema"`);
  }
});

Deno.test("the schemas accept valid databags", () => {
  assert.deepEqual(provider(PROVIDED), []);
  assert.deepEqual(provider({ ...PROVIDED, registered_certificates: "[]", nodes: "[]" }), []);
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
])("the provider's schema refuses $what", ({ changes }) => {
  assert.notDeepEqual(provider({ ...PROVIDED, ...changes }), []);
});

Deno.test("the provider's schema refuses a databag without one of the keys", () => {
  for (const key of ["version", "nodes", "registered_certificates", "server_certificate"]) {
    const rest = Object.entries(PROVIDED).filter(([name]) => name !== key);
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
