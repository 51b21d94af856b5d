import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { renderDatabag, renderHooks, renderTrust, shorten } from "./show.ts";

Deno.test("shorten() shows the beginning of a certificate, and nothing of a key", async () => {
  const { certificate, key, traditionalKey } = await createCertificate();
  assert.match(
    shorten(certificate),
    /^-----BEGIN CERTIFICATE----- MII\w\.\.\. \(\d{3} characters\)$/,
  );
  assert.match(shorten(key), /^\.\.\. \(\d+ characters\)$/);
  assert.match(
    shorten(`${certificate}${traditionalKey}`),
    /^-----BEGIN CERTIFICATE----- .{4}\.\.\. \(/,
  );
  assert.equal(shorten("https://127.0.0.1:8443"), "https://127.0.0.1:8443");
});

Deno.test("renderDatabag() renders lists, and omits Juju's own keys", async () => {
  const { certificate, fingerprint } = await createCertificate();
  const databag = {
    "private-address": "10.0.0.1",
    nodes: JSON.stringify([{ name: "member1", trusted_certs_fp: [fingerprint] }]),
    certificate,
    version: "1.0",
  };
  assert.deepEqual(renderDatabag(databag), [
    `certificate: ${shorten(certificate)}`,
    "nodes:",
    `  - {"name":"member1","trusted_certs_fp":["${fingerprint.slice(0, 12)}..."]}`,
    "version: 1.0",
  ]);
});

Deno.test("renderTrust() lists the members of the cluster first", () => {
  const entry = { restricted: false, projects: [], certificate: "" };
  const rows = renderTrust([
    { ...entry, name: "juju", type: "client", fingerprint: "a".repeat(64) },
    { ...entry, name: "member1", type: "server", fingerprint: "b".repeat(64) },
  ]);
  assert.deepEqual(rows.slice(1), [
    ["server", "member1", "b".repeat(12)],
    ["client", "juju", "a".repeat(12)],
  ]);
});

Deno.test("renderHooks() renders a line for each hook that ran", () => {
  const runs = [
    { unit: "a/0", hook: "install", outcome: "skipped" },
    { unit: "a/0", hook: "start", outcome: "done" },
    { unit: "b-c/1", hook: "api-relation-changed", outcome: "done" },
  ] as const;
  assert.deepEqual(renderHooks(runs), [
    'unit-a-0: ran "start" hook',
    'unit-b-c-1: ran "api-relation-changed" hook',
  ]);
});
