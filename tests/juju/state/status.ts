/**
 * Makes statuses, and derives the status of an application.
 *
 * @module
 */

import type { Application, Status } from "./state.ts";

const SEVERITY: Readonly<Record<string, number>> = {
  error: 7,
  blocked: 6,
  waiting: 5,
  maintenance: 4,
  active: 3,
  terminated: 2,
  unknown: 1,
};

/** Makes a status that begins now. */
export function newStatus(status: string, message = ""): Status {
  return { status, message, since: new Date() };
}

/** Returns the status that the leader set, or the most severe status of the units. */
export function overallStatus({ status, units }: Application): Status {
  if (status) return status;
  const [worst] = [...units.values()]
    .map((unit) => unit.status)
    .sort((a, b) => (SEVERITY[b.status] ?? 0) - (SEVERITY[a.status] ?? 0));
  return worst ?? newStatus("unknown");
}
