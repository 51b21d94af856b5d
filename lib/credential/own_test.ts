import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { firstCertificate, outOfDate } from "../requirer/certificate.ts";
import { createOwnKeyPair, isRenewalDue, type Own, parseOwn, readOwn, renderOwn } from "./own.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const DAY_MS = 86_400_000;
const client = createOwnKeyPair("lxd-integrator", NOW);
const server = firstCertificate((await createCertificate()).certificate);
const other = firstCertificate((await createCertificate()).certificate);
assert.ok(server && other);
const target = { endpoints: ["https://10.0.0.1:8443", "https://10.0.0.2:8443"], server };
const KEPT: Own = { client, target };

const kept = (own: Own | undefined) => ({ kind: "kept", own }) as const;

function token(fingerprint: string, addresses = ["10.0.0.9:8443"]) {
  const content = { "client_name": "a", fingerprint, addresses, secret: "s" };
  return { name: "trust-token", value: btoa(JSON.stringify(content)) };
}

Deno.test.each([
  { what: "a key alone", own: { client } },
  { what: "what it leads to", own: KEPT },
  {
    what: "a renewal",
    own: { ...KEPT, next: createOwnKeyPair("next", NOW), former: other.fingerprint },
  },
])("parseOwn() reads what renderOwn() writes: $what", ({ own }) => {
  const content = renderOwn(own);
  assert.deepEqual(parseOwn(content), own);
  // Juju takes no other names of fields.
  for (const name of Object.keys(content)) assert.match(name, /^([a-z](?:-?[a-z0-9]){2,})$/);
});

Deno.test("parseOwn() reads no content without a certificate and a key", () => {
  const { "client-key": _, ...keyless } = renderOwn(KEPT);
  assert.equal(parseOwn(keyless), undefined);
  assert.equal(parseOwn({}), undefined);
  assert.equal(parseOwn({ ...renderOwn(KEPT), "client-cert": "garbage" }), undefined);
});

Deno.test("createOwnKeyPair() makes a certificate that is valid by clocks that differ, and for long", () => {
  const at = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
  const isValid = (days: number) => outOfDate(client.certificate, at(days)) === undefined;
  assert.deepEqual([-3, -1, 0, 729, 731].map(isValid), [false, true, true, true, false]);
  assert.deepEqual([0, 364, 366, 800].map((days) => isRenewalDue(client, at(days))), [
    false,
    false,
    true,
    true,
  ]);
});

Deno.test("readOwn() enters by what the secret holds, without a token", () => {
  const found = readOwn({ secret: kept(KEPT) });
  assert.ok(found.kind === "complete");
  const { endpoint, others, ourFingerprint, isOwn, token: given } = found.credentials;
  assert.deepEqual([endpoint, others], [target.endpoints[0], [target.endpoints[1]]]);
  assert.deepEqual([ourFingerprint, isOwn, given], [
    client.certificate.fingerprint,
    true,
    undefined,
  ]);
});

Deno.test("readOwn() stays at its LXD with a further token of it, and learns addresses", () => {
  const found = readOwn({ secret: kept(KEPT), token: token(server.fingerprint) });
  assert.ok(found.kind === "complete");
  const { endpoint, others, former, server: pin, token: given } = found.credentials;
  assert.deepEqual([endpoint, ...others ?? []], ["https://10.0.0.9:8443", ...target.endpoints]);
  assert.deepEqual([former, pin], [undefined, server]);
  assert.equal(given?.fingerprint, server.fingerprint);
});

Deno.test("readOwn() goes where a token of another LXD leads, with a way back", () => {
  const found = readOwn({ secret: kept(KEPT), token: token(other.fingerprint) });
  assert.ok(found.kind === "complete");
  const { endpoint, server: pin, former } = found.credentials;
  assert.deepEqual([endpoint, pin], ["https://10.0.0.9:8443", { fingerprint: other.fingerprint }]);
  assert.deepEqual([former?.endpoint, former?.token], [target.endpoints[0], undefined]);
});

const NO_TOKEN = { name: "trust-token", value: "garbage" };

Deno.test.each(
  [
    { what: "no secret, no token", access: { secret: { kind: "absent" } }, kind: "no-access" },
    { what: "a key that leads nowhere", access: { secret: kept({ client }) }, kind: "no-access" },
    {
      what: "no key yet",
      access: { secret: { kind: "absent" }, token: token(server.fingerprint) },
      kind: "no-key",
    },
    {
      what: "a damaged secret",
      access: { secret: kept(undefined), token: token(server.fingerprint) },
      kind: "no-key",
    },
    {
      what: "no token",
      access: { secret: kept({ client }), token: NO_TOKEN },
      kind: "no-token",
    },
    {
      what: "no token where none is needed",
      access: { secret: kept(KEPT), token: NO_TOKEN },
      kind: "complete",
    },
    {
      what: "a secret that Juju hides",
      access: { secret: { kind: "refused", words: "no" }, token: NO_TOKEN },
      kind: "no-own-secret",
    },
    {
      what: "a secret that Juju hides where none is needed",
      access: { secret: { kind: "refused", words: "no" } },
      kind: "no-access",
    },
  ] as const,
)("readOwn() finds $kind: $what", ({ access, kind }) => {
  assert.equal(readOwn(access).kind, kind);
});
