/**
 * What the operator reads in `juju status`.
 *
 * @module
 */
import type { Standing } from "@lxd-integrator/requirer";

/** A workload status. */
export interface Status {
  /** Whether this unit works; whether the operator has to do something, or only to wait. */
  readonly status: "active" | "blocked" | "waiting";
  /** Why, and what to do. */
  readonly message: string;
}

const SHOWN_DIGITS = 12;

/** Shortens a fingerprint as `lxc config trust list` does. */
export function short(fingerprint: string): string {
  return fingerprint.slice(0, SHOWN_DIGITS);
}

/** Says that something has to be done. */
export function blocked(message: string): Status {
  return { status: "blocked", message };
}

/** Says that something will come by itself. */
export function waiting(message: string): Status {
  return { status: "waiting", message };
}

/**
 * Says why a certificate cannot be used.
 *
 * @param fingerprint Its fingerprint.
 * @param standing What has become of it.
 * @returns The status.
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
