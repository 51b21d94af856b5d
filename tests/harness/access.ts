/**
 * The access that LXD gives to a certificate.
 *
 * @module
 */
import type { TestCertificate } from "../certificates.ts";
import type { LxdWorld } from "../lxd/world.ts";

/**
 * Reads the projects that a certificate is restricted to, sorted.
 *
 * @returns The projects; null for all of LXD; undefined if LXD does not trust the certificate.
 */
export async function accessOf(
  lxd: LxdWorld,
  { fingerprint }: Pick<TestCertificate, "fingerprint">,
): Promise<readonly string[] | null | undefined> {
  const entry = (await lxd.trustStore()).find((entry) => entry.fingerprint === fingerprint);
  return entry && (entry.restricted ? entry.projects.toSorted() : null);
}
