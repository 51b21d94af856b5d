/**
 * The cloud that Juju runs on: an LXD.
 *
 * @module
 */
import type { TestCertificate } from "../certificates.ts";
import type { CloudSpec } from "../juju/mod.ts";
import type { LxdWorld } from "../lxd/world.ts";

/** What may differ from Juju's own cloud. */
export interface CloudChanges {
  /** The endpoint. */
  readonly endpoint?: string;
  /** Another client certificate, with its key. */
  readonly credential?: TestCertificate;
  /** Another server certificate, as PEM. */
  readonly server?: string;
}

/**
 * Gives what `credential-get` prints.
 *
 * @param lxd The LXD.
 * @param own Juju's certificate.
 * @param changes What differs from Juju's own cloud.
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
        // Juju's own keys are in this form.
        "client-key": credential.traditionalKey,
        "server-cert": changes.server ?? lxd.serverCertificate,
      },
    },
    "is-controller-cloud": true,
  };
}
