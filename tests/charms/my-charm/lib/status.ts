/**
 * The statuses that the operator reads in `juju status`.
 *
 * @module
 */
import { canWait, type Standing } from "@lxd-integrator/requirer";

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
 * Compares statuses, to sort those first that the operator has to act on. Work that goes on with a
 * former certificate must not hide that its successor is rejected.
 */
export function forTheOperatorFirst(a: Status, b: Status): number {
  return Number(b.status === "blocked") - Number(a.status === "blocked");
}

/**
 * Returns the status for a certificate that cannot be used: waiting if that ends by itself.
 */
export function untrusted(fingerprint: string, standing: Standing): Status {
  const status = canWait(standing) ? waiting : blocked;
  const certificate = `certificate ${short(fingerprint)}`;
  switch (standing.kind) {
    case "rejected":
      return status(`LXD's provider rejects ${certificate}: ${standing.reasons.join("; ")}`);
    case "failing":
      return status(`LXD's provider cannot serve: ${standing.error.reason}`);
    case "unsupported":
      return status(`LXD's provider speaks version ${standing.version} of the interface, not 1`);
    case "pending":
    case "waiting":
    case "trusted":
      return waiting(`Waiting for each LXD node to trust ${certificate}`);
  }
}
