// What a charm does with the installed package, on whatever runs this file: `deno check` reads its
// types. It is given two providers' databags (the second one's LXD presents a certificate that an
// authority issued), two identities, and another server's certificate.
// @ts-check
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import {
  canWait,
  expiresAt,
  grantedProjects,
  isReady,
  readAnswer,
  REJECTION_CODES,
  renderOffer,
  renewsAt,
  rotate,
  standingOf,
} from "@lxd-integrator/requirer";
import { createPinnedFetch, PinError } from "@lxd-integrator/requirer/pinned-fetch";

/** @typedef {{ readonly certificate: string, readonly key: string }} Identity */
/** @typedef {Record<string, string>} Databag */
/** @type {{ databag: Databag, issued: Databag, trusted: Identity, fresh: Identity, other: string }} */
const { databag, issued, trusted, fresh, other } = JSON.parse(readFileSync("given.json", "utf8"));

/** @type {import("@lxd-integrator/requirer").Answer} */
const answer = readAnswer({}, [databag]);
const { nodes, server } = answer;
assert.ok(server);

// @ts-expect-error The types must refuse what the library does not take.
assert.throws(() => renderOffer({ certificates: 1 }), TypeError);
assert.throws(() => renderOffer({ certificates: [trusted.key] }), RangeError);
assert.deepEqual(rotate([fresh.certificate, trusted.certificate], answer, new Date()), {
  use: trusted.certificate,
  offer: [fresh.certificate, trusted.certificate],
  isRenewalDue: false,
});
const standing = standingOf(fresh.certificate, answer);
assert.deepEqual(standing, { kind: "waiting" });
assert.ok(canWait(standing));
assert.ok(isReady(trusted.certificate, answer));
assert.equal(grantedProjects(trusted.certificate, answer), null);
assert.ok(renewsAt(trusted.certificate) < expiresAt(trusted.certificate));
/** @type {string} */
const remedy = REJECTION_CODES.expired.remedy;
assert.equal(remedy, "Send a new certificate.");
const { client_certificates: written = "" } = renderOffer({ certificates: [trusted.certificate] });
assert.deepEqual(JSON.parse(written), [trusted.certificate]);

const [node] = nodes;
assert.ok(node);
assert.deepEqual(await auth(trusted), "trusted");
assert.deepEqual(await auth(fresh), "untrusted");
const { nodes: [issuedNode], server: issuedServer } = readAnswer({}, [issued]);
assert.deepEqual(await auth(trusted, issuedServer, issuedNode), "trusted");
const impostor = { pem: other, fingerprint: "0".repeat(64) };
await assert.rejects(auth(trusted, impostor), PinError);
process.stdout.write("used\n");

/**
 * @param {Identity} identity
 * @param {{ readonly pem: string, readonly fingerprint: string } | undefined} pinned
 * @param {{ readonly endpoint: string } | undefined} at
 */
async function auth(identity, pinned = server, at = node) {
  assert.ok(at && pinned);
  const lxd = createPinnedFetch({ ...identity, server: pinned });
  try {
    const response = await lxd.fetch(`${at.endpoint}/1.0`);
    return (await response.json()).metadata.auth;
  } finally {
    lxd[Symbol.dispose]();
  }
}
