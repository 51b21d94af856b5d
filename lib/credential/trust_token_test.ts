import assert from "node:assert/strict";
import { readTrustToken } from "./trust_token.ts";

const FINGERPRINT = "1a6cbcd333f95a89be62428428c19e4be5ca418f4ce450556fcacc386f714153";
const CONTENT = {
  "client_name": "lxd-integrator",
  fingerprint: FINGERPRINT,
  addresses: ["10.0.0.1:8443", "[fd42::1]:8443", "10.0.0.1:8443"],
  secret: "18706983a8041d6b",
};

function token(changes: Readonly<Record<string, unknown>> = {}): string {
  return btoa(JSON.stringify({ ...CONTENT, ...changes }));
}

Deno.test("readTrustToken() reads fingerprint and addresses, in their order", () => {
  assert.deepEqual(readTrustToken(token()), {
    text: token(),
    fingerprint: FINGERPRINT,
    endpoints: ["https://10.0.0.1:8443", "https://[fd42::1]:8443"],
    expiresAt: undefined,
  });
});

Deno.test.each([
  { written: "2026-11-27T03:30:49.832771214Z", expected: "2026-11-27T03:30:49.832Z" },
  { written: "0001-01-01T00:00:00Z", expected: undefined },
  { written: "soon", expected: undefined },
  { written: null, expected: undefined },
])("readTrustToken() reads the end $written", ({ written, expected }) => {
  const read = readTrustToken(token({ "expires_at": written }));
  assert.equal(read?.expiresAt?.toISOString(), expected);
});

Deno.test("readTrustToken() ignores white space, unknown fields and addresses for everyone", () => {
  const text = token({
    type: "Client certificate",
    addresses: ["0.0.0.0:8443", "10.0.0.1:8443"],
  });
  const read = readTrustToken(`  ${text.slice(0, 50)}\n${text.slice(50)}\n`);
  assert.deepEqual(read?.endpoints, ["https://10.0.0.1:8443"]);
  assert.equal(read?.text, text);
});

Deno.test("readTrustToken() reads the whole output of lxc", () => {
  const read = readTrustToken(`Client lxd-integrator certificate add token:\n${token()}\n`);
  assert.equal(read?.text, token());
});

Deno.test("readTrustToken() asks no more than two dozen addresses", () => {
  const addresses = Array.from({ length: 99 }, (_, index) => `10.0.0.${index}:8443`);
  assert.equal(readTrustToken(token({ addresses }))?.endpoints.length, 24);
});

Deno.test.each([
  { what: "nothing", text: "" },
  { what: "no base64", text: "{}" },
  { what: "no JSON", text: btoa("hello") },
  { what: "JSON of another kind", text: btoa("[1]") },
  { what: "no UTF-8", text: "//79" },
  { what: "a token to join a cluster", text: token({ "client_name": undefined }) },
  { what: "no fingerprint", text: token({ fingerprint: "aa" }) },
  { what: "no address", text: token({ addresses: [] }) },
  { what: "no usable address", text: token({ addresses: ["unix.socket:x"] }) },
  { what: "no secret", text: token({ secret: "" }) },
  { what: "a flood", text: token({ secret: "a".repeat(99_999) }) },
])("readTrustToken() reads no token from $what", ({ text }) => {
  assert.equal(readTrustToken(text), undefined);
});
