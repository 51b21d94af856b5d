import assert from "node:assert/strict";
import { createOwnKeyPair } from "../credential/own.ts";
import { readTrustToken } from "../credential/trust_token.ts";
import { enrol } from "./enrol.ts";
import type { LxdRequest, Reply } from "./request.ts";

const NOW = new Date();
const { certificate } = createOwnKeyPair("lxd-integrator", NOW);
const CONTENT = { "client_name": "a", addresses: ["10.0.0.1"], secret: "s" };
const fingerprint = "aa".repeat(32);
const read = (more: object = {}) =>
  readTrustToken(btoa(JSON.stringify({ ...CONTENT, fingerprint, ...more })));
const token = read();
assert.ok(token);

/** Enrols by what LXD replies. */
async function enrolWith(
  reply: Reply<never>,
  extensions: readonly string[] | null = ["explicit_trust_token"],
  more: Partial<Parameters<typeof enrol>[2]> = {},
) {
  const sent: unknown[] = [];
  const request: LxdRequest = (_, path, options) => {
    sent.push([path, options?.method, options?.body]);
    return Promise.resolve(reply);
  };
  assert.ok(token);
  const shown = { auth: "untrusted", "api_extensions": extensions };
  return { failure: await enrol(request, shown, { token, certificate, now: NOW, ...more }), sent };
}

const DONE: Reply<never> = { kind: "done", value: undefined as never };
const refused = (status: number): Reply<never> => ({ kind: "refused", status, message: "no" });

Deno.test.each([
  { who: "LXD 5.0", extensions: ["certificate_token"], hasPassword: true },
  { who: "newer LXD", extensions: ["explicit_trust_token"], hasPassword: false },
  { who: "Incus, which tells nothing,", extensions: null, hasPassword: false },
])("enrol() sends $who the token where it is read", async ({ extensions, hasPassword }) => {
  const { failure, sent } = await enrolWith(DONE, extensions);
  assert.equal(failure, undefined);
  const password = hasPassword ? { password: token.text } : {};
  const body = { type: "client", "trust_token": token.text, ...password };
  assert.deepEqual(sent, [["/1.0/certificates", "POST", body]]);
});

const expired = read({ "expires_at": new Date(NOW.getTime() - 1).toISOString() });
assert.ok(expired?.expiresAt);

Deno.test.each([
  { what: "trusts us already, 5.0", reply: refused(400), expected: undefined },
  { what: "trusts us already", reply: refused(409), expected: undefined },
  { what: "does not know the token", reply: refused(403), expected: { kind: "token-refused" } },
  {
    what: "does not know the token, which has expired",
    reply: refused(403),
    more: { token: expired },
    expected: { kind: "token-expired", at: expired.expiresAt },
  },
  {
    what: "fails",
    reply: { kind: "unreachable", cause: "error 500, no", hasAnswered: true } as const,
    expected: { kind: "refused", status: 500, message: "error 500, no", action: "trust-token" },
  },
  {
    what: "is silent",
    reply: { kind: "unreachable", cause: "time-out" } as const,
    expected: { kind: "unreachable", cause: "time-out" },
  },
])("enrol() reports that LXD $what", async ({ reply, more = {}, expected }) => {
  const { failure } = await enrolWith(reply, undefined, more);
  assert.deepEqual(failure, expected);
});

Deno.test("enrol() spends no token on a certificate that is out of date", async () => {
  const now = new Date(NOW.getTime() + 800 * 86_400_000);
  const { failure, sent } = await enrolWith(DONE, undefined, { now });
  assert.deepEqual([failure, sent], [{ kind: "own-expired" }, []]);
});
