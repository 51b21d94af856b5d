/**
 * The statuses that the operator reads in `juju status`.
 *
 * @module
 */
import type { Standing } from "@lxd-integrator/requirer";

/** A workload status. */
export interface Status {
  /** Active if the unit works, blocked if the operator has to act, waiting otherwise. */
  readonly status: "active" | "blocked" | "waiting";
  /** The reason and the remedy. */
  readonly message: string;
}

const SHOWN_DIGITS = 12;

/** Shortens a fingerprint as `lxc config trust list` does. */
export function short(fingerprint: string): string {
  return fingerprint.slice(0, SHOWN_DIGITS);
}

/** Returns a status for the operator to act on. */
export function blocked(message: string): Status {
  return { status: "blocked", message };
}

/** Returns a status that ends without the operator. */
export function waiting(message: string): Status {
  return { status: "waiting", message };
}

/**
 * Returns the status for a certificate that cannot be used.
 */
export function untrusted(fingerprint: string, standing: Standing): Status {
  const certificate = `certificate ${short(fingerprint)}`;
  switch (standing.kind) {
    case "rejected":
      return blocked(`LXD's provider rejects ${certificate}: ${standing.reasons.join("; ")}`);
    case "unsupported":
      return blocked(`LXD's provider speaks version ${standing.version} of the interface, not 1`);
    case "waiting":
    case "trusted":
      return waiting(`Waiting for each LXD node to trust ${certificate}`);
  }
}
