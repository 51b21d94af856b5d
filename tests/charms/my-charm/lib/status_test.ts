import assert from "node:assert/strict";
import { readAnswer, standingOf } from "@lxd-integrator/requirer";
import { createCertificate } from "../../../certificates.ts";
import { blocked, forTheOperatorFirst, untrusted, waiting } from "./status.ts";

const { certificate, fingerprint } = await createCertificate();
const short = fingerprint.slice(0, 12);

function json(...items: readonly object[]): string {
  return JSON.stringify(items);
}

Deno.test.each([
  {
    what: "nothing yet",
    databag: {},
    expected: waiting(`Waiting for each LXD node to trust certificate ${short}`),
  },
  {
    what: "that it will register it",
    databag: { certificates: json({ fingerprint, state: "pending", expires_at: null }) },
    expected: waiting(`Waiting for each LXD node to trust certificate ${short}`),
  },
  {
    what: "that it rejects it",
    databag: {
      rejected_certificates: json({
        unit: "my-charm/0",
        fingerprint,
        code: "identity",
        reason: "r",
      }),
    },
    expected: blocked(`LXD's provider rejects certificate ${short}: r`),
  },
  {
    what: "that LXD does not answer",
    databag: { provider_error: '{"code":"lxd-unreachable","reason":"LXD does not answer"}' },
    expected: waiting("LXD's provider cannot serve: LXD does not answer"),
  },
  {
    what: "that it has no credential",
    databag: { provider_error: '{"code":"credential-missing","reason":"No credential"}' },
    expected: blocked("LXD's provider cannot serve: No credential"),
  },
  {
    what: "another version",
    databag: { version: "2.0" },
    expected: blocked("LXD's provider speaks version 2.0 of the interface, not 1"),
  },
])("untrusted() tells waiting from blocked if the provider says $what", ({ databag, expected }) => {
  const answer = readAnswer({}, [{ version: "1.0", ...databag }]);
  assert.deepEqual(untrusted(fingerprint, standingOf(certificate, answer)), expected);
});

Deno.test("what the operator has to do comes first", () => {
  const active = { status: "active", message: "1 node" } as const;
  const [wait, block] = [waiting("w"), blocked("b")];
  assert.deepEqual([active, block].toSorted(forTheOperatorFirst), [block, active]);
  assert.deepEqual([active, wait].toSorted(forTheOperatorFirst), [active, wait]);
});
