/**
 * The keys by which collectors read LXD's metrics. The charm makes one for each relation. The databag of
 * the relation is the only place that holds it.
 *
 * @module
 */
import { firstCertificate } from "../requirer/certificate.ts";
import { createOwnKeyPair, isMadeBefore, isRenewalDue } from "./own.ts";
import { readPrivateKey } from "./private_key.ts";
import type { KeyPair } from "./self_signed.ts";

/** A certificate and its key, as a databag has them. */
export interface KeyTexts {
  /** The certificate, PEM. */
  readonly certificate: string;
  /** The key, PEM. */
  readonly key: string;
}

/** How long a collector has to take a new key, in hours. Its hook may wait for others. */
const HOURS_TO_TAKE = 1;

/**
 * Reads the key that a collector has, or makes one if it has none that is valid for another year.
 *
 * @example The first one, and the same again
 * ```ts
 * import assert from "node:assert/strict";
 * const terms = { commonName: "lxd-integrator", now: new Date() };
 * const first = keyFor(undefined, terms);
 * const again = keyFor({ certificate: first.certificate.pem, key: first.key }, terms);
 * assert.deepEqual(again, first);
 * ```
 *
 * @param texts What the databag has; undefined for nothing.
 */
export function keyFor(
  texts: KeyTexts | undefined,
  { commonName, now }: { readonly commonName: string; readonly now: Date },
): KeyPair {
  const certificate = texts && firstCertificate(texts.certificate);
  if (texts && certificate && !("reason" in readPrivateKey(texts.key))) {
    const pair = { certificate, key: texts.key };
    if (!isRenewalDue(pair, now)) return pair;
  }
  return createOwnKeyPair(commonName, now);
}

/**
 * Says whether a collector had the time to take a key: it was made an hour ago.
 *
 * @example A new key
 * ```ts
 * import assert from "node:assert/strict";
 * const now = new Date();
 * const pair = keyFor(undefined, { commonName: "lxd-integrator", now });
 * assert.equal(isTaken(pair, now), false);
 * assert.equal(isTaken(pair, new Date(now.getTime() + 3_700_000)), true);
 * ```
 *
 * @param now Current time.
 */
export function isTaken(pair: KeyPair, now: Date): boolean {
  return isMadeBefore(pair, new Date(now.getTime() - HOURS_TO_TAKE * 3_600_000));
}
