/**
 * The replacement of a certificate before it expires, without a gap.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import type { Answer } from "./answer.ts";
import { readOwn } from "./offer.ts";
import { isReady } from "./standing.ts";

/** The certificates to use and to offer. */
export interface Rotation {
  /** The newest trusted certificate; undefined if none is trusted yet. */
  readonly use: string | undefined;
  /** The certificates to offer: that one and newer ones. Their keys must be kept. */
  readonly offer: readonly string[];
  /** Whether to make a new certificate now: none is at hand, or it is time to renew the newest one. */
  readonly isRenewalDue: boolean;
}

// The last third of a life is time to have a mistake of somebody mended.
const RENEWAL = 2 / 3;

/**
 * Decides which certificates to use and to offer, and when to make a new one. A former certificate is
 * offered beside a new one until every node trusts the new one, so the requirer always has one that LXD
 * lets in. Call it in every hook of the relation, and in `update-status`, which runs without a change.
 *
 * A new certificate is due once two thirds of the newest one's life are over: {@linkcode renewsAt}.
 *
 * @param certificates The certificates whose keys are at hand, PEM, the newest first.
 * @param now Current time.
 * @throws {RangeError} If a certificate cannot be read.
 */
export function rotate(certificates: readonly string[], answer: Answer, now: Date): Rotation {
  const index = certificates.findIndex((one) => isReady(one, answer));
  const [newest] = certificates;
  return {
    use: certificates[index],
    offer: index === -1 ? certificates : certificates.slice(0, index + 1),
    isRenewalDue: newest === undefined || renewsAt(newest) <= now,
  };
}

/**
 * Reads when a certificate expires. LXD then lets in nobody with it.
 *
 * @param certificate The certificate, PEM.
 * @throws {RangeError} If the certificate, or its validity, cannot be read.
 */
export function expiresAt(certificate: string): Date {
  return validityOf(certificate).to;
}

/**
 * Computes when to replace a certificate: when two thirds of its life are over. A certificate for three
 * years has one year left then, and one for 90 days has 30.
 *
 * @param certificate The certificate, PEM.
 * @throws {RangeError} If the certificate, or its validity, cannot be read.
 */
export function renewsAt(certificate: string): Date {
  const { from, to } = validityOf(certificate);
  return new Date(from.getTime() + (to.getTime() - from.getTime()) * RENEWAL);
}

function validityOf(certificate: string): { readonly from: Date; readonly to: Date } {
  const { validFrom, validTo } = new X509Certificate(readOwn(certificate).pem);
  const [from, to] = [new Date(validFrom), new Date(validTo)];
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) {
    throw new RangeError("Cannot use a certificate: its validity cannot be read");
  }
  return { from, to };
}
