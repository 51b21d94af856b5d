// What a charm does with the installed package, on whatever runs this file: `deno check` reads its
// types. It is given a provider's databag, two identities, and another server's certificate.
// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { readAnswer, renderOffer, rotate, standingOf } from "@lxd-integrator/requirer";
import { createPinnedFetch, PinError } from "@lxd-integrator/requirer/pinned-fetch";

/** @typedef {{ readonly certificate: string, readonly key: string }} Identity */
/** @type {{ databag: Record<string, string>, trusted: Identity, fresh: Identity, other: string }} */
const { databag, trusted, fresh, other } = JSON.parse(readFileSync("given.json", "utf8"));

/** @type {import("@lxd-integrator/requirer").Answer} */
const answer = readAnswer({}, [databag]);
const { nodes, server } = answer;
assert.ok(server);

// @ts-expect-error The types must refuse what the library does not take.
assert.throws(() => renderOffer({ certificates: 1 }), TypeError);
assert.throws(() => renderOffer({ certificates: [trusted.key] }), RangeError);
assert.deepEqual(rotate([fresh.certificate, trusted.certificate], answer), {
  use: trusted.certificate,
  offer: [fresh.certificate, trusted.certificate],
});
assert.deepEqual(standingOf(fresh.certificate, answer), { kind: "waiting" });
const { client_certificates: written = "" } = renderOffer({ certificates: [trusted.certificate] });
assert.deepEqual(JSON.parse(written), [trusted.certificate]);

const [node] = nodes;
assert.ok(node);
assert.deepEqual(await auth(trusted), "trusted");
assert.deepEqual(await auth(fresh), "untrusted");
const impostor = { pem: other, fingerprint: "0".repeat(64) };
await assert.rejects(auth(trusted, impostor), PinError);
process.stdout.write("used\n");

/**
 * @param {Identity} identity
 * @param {{ readonly pem: string, readonly fingerprint: string } | undefined} pinned
 */
async function auth(identity, pinned = server) {
  assert.ok(node && pinned);
  const lxd = createPinnedFetch({ ...identity, server: pinned });
  try {
    const response = await lxd.fetch(`${node.endpoint}/1.0`);
    return (await response.json()).metadata.auth;
  } finally {
    lxd[Symbol.dispose]();
  }
}
