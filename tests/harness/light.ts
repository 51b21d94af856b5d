/**
 * Fast keys for in-process tests. The keys of LXD and Juju are on P-384, which takes several times
 * the work of P-256 in each connection. Scenarios show that the charm works with P-384.
 *
 * @module
 */
import { hostname } from "node:os";
import { createCertificate } from "../certificates.ts";
import type { ServerIdentity } from "../lxd/daemon.ts";

/** Makes a server certificate with the same names as LXD's. */
export async function createLightIdentity(): Promise<ServerIdentity> {
  return await createCertificate({
    commonName: `root@${hostname()}`,
    dnsNames: [hostname()],
    ipAddresses: ["127.0.0.1", "::1"],
  });
}
