/**
 * Juju's cloud, which is an LXD.
 *
 * @module
 */
import type { TestCertificate } from "../certificates.ts";
import type { CloudSpec } from "../juju/mod.ts";
import type { LxdWorld } from "../lxd/world.ts";

/** Changes to Juju's cloud. */
export interface CloudChanges {
  /** The endpoint. */
  readonly endpoint?: string;
  /** Another client certificate, with its key. */
  readonly credential?: TestCertificate;
  /** Another server certificate, as PEM. */
  readonly server?: string;
}

/**
 * Returns the output of `credential-get`.
 *
 * @param own Juju's certificate.
 */
export function cloudOf(
  lxd: LxdWorld,
  own: TestCertificate,
  changes: CloudChanges = {},
): CloudSpec {
  const { endpoint = lxd.members[0]?.endpoint ?? "", credential = own } = changes;
  return {
    type: "lxd",
    name: "localhost",
    region: "localhost",
    endpoint,
    credential: {
      "auth-type": "certificate",
      attrs: {
        "client-cert": credential.certificate,
        // Juju's keys have this form.
        "client-key": credential.traditionalKey,
        "server-cert": changes.server ?? lxd.serverCertificate,
      },
    },
    "is-controller-cloud": true,
  };
}
