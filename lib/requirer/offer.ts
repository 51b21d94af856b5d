/**
 * What a requirer writes into its databag.
 *
 * @module
 */
import { type Certificate, firstCertificate, pemBlocks } from "./certificate.ts";
import { type Databag, renderDatabag, REQUIRER } from "./databag.ts";
import {
  isTooLong,
  LIMITS,
  reasonAgainstMore,
  reasonAgainstProjects,
  reasonAgainstSize,
  reasonAgainstText,
} from "./limits.ts";

/** The certificates that a requirer offers. */
export interface Offer {
  /** PEM certificates for LXD to trust; none to withdraw the former ones. */
  readonly certificates: readonly string[];
  /** Names of the LXD projects to restrict them to. @default {all that the operator allows} */
  readonly projects?: readonly string[];
}

/**
 * Writes an offer, for the databag of the unit or, if it leads, of the application.
 *
 * @example Offer one, then withdraw it
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(renderOffer({ certificates: [] }), { client_certificates: "[]", projects: "" });
 * ```
 *
 * @returns Relation data. An empty value deletes its key, as in `relation-set`.
 * @throws {RangeError} If a certificate is not exactly one PEM certificate (a private key must never
 * get into relation data), or the list of projects is empty or holds no names.
 */
export function renderOffer({ certificates, projects }: Offer): Databag {
  const offered = certificates.map(readOwn);
  const reason = reasonAgainstOffer(offered, projects);
  if (reason !== undefined) throw new RangeError(`Cannot make an offer: ${reason}`);
  if (projects && !REQUIRER.projects.schema.safeParse(projects).success) {
    throw new RangeError("Cannot offer projects: they must be at least one project's name");
  }
  const databag = renderDatabag(REQUIRER, {
    client_certificates: offered.map(({ pem }) => pem),
    projects,
  });
  for (const [key, text] of Object.entries(databag)) {
    if (isTooLong(text)) throw new RangeError(`Cannot make an offer: ${reasonAgainstText(key)}`);
  }
  return databag;
}

/**
 * Reads a certificate of the requirer itself.
 *
 * @throws {RangeError} If the text is not exactly one PEM certificate.
 */
export function readOwn(text: string): Certificate {
  const certificate = pemBlocks(text).length === 1 ? firstCertificate(text) : undefined;
  if (certificate) return certificate;
  throw new RangeError("Cannot use a certificate: it must be exactly one PEM certificate");
}

function reasonAgainstOffer(
  certificates: readonly Certificate[],
  projects: readonly string[] = [],
): string | undefined {
  const more = new Set(certificates.map(({ fingerprint }) => fingerprint)).size -
    LIMITS.certificates;
  if (more > 0) return reasonAgainstMore(more);
  return certificates.map(reasonAgainstSize).find((reason) => reason !== undefined) ??
    reasonAgainstProjects(projects.length);
}
