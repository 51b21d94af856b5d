/**
 * The key `provider_error`, as it must be for each status of a unit. It shares no code with the charm.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { RelationHandle, ShownStatus } from "../juju/mod.ts";

// The statuses as README.md lists them.
const CODES: readonly (readonly [message: RegExp, code: string])[] = [
  [
    /^(Missing |Set (lxd_|endpoint of|client-|server-)|Set (trust-token: Juju has|credentials-secret to) |Add .* to the secret$|Juju does not show |juju grant-secret |The leader enters )/,
    "credential-missing",
  ],
  [/^(Correct |No LXD project|Set trust-token )/, "configuration-invalid"],
  [
    /^(Add our certificate |Lift the restriction |Let our identity |Set a new trust-token)/,
    "credential-refused",
  ],
  [/^Run check: (LXD presents |cannot verify )/, "server-untrusted"],
  [
    /^(LXD refuses |No answer from \S+: (error \d|an answer that is not LXD's))/,
    "lxd-failed",
  ],
  [/^No answer from /, "lxd-unreachable"],
];

const REASONS: Readonly<Record<string, string>> = {
  "configuration-invalid":
    "An option or the credential of the provider cannot be read, or names a project that LXD lacks",
  "credential-missing": "The provider has no credential for LXD yet",
  "credential-refused":
    "LXD does not trust the provider's credential, or does not let it manage certificates",
  "lxd-failed": "LXD answers with an error, or cannot be used in its present state",
  "lxd-unreachable": "LXD does not answer",
  "server-untrusted": "The server presents another certificate than the pinned one",
};

// A token that is of no use concerns the operator alone, as long as the charm has access without it.
const MAY_SERVE_REGEXP = /trust-token|^Juju does not show|to renew our certificate/;

/** Returns the code that requirers must read, by the status that the same hook sets. */
export function errorCodeOf({ status, message }: ShownStatus): string | undefined {
  const isUnfinished = / certificates still to do; the next hook goes on$/.test(message);
  if (status === "active" || isUnfinished) return undefined;
  const [, code] = CODES.find(([pattern]) => pattern.test(message)) ?? [];
  assert.ok(code !== undefined, `no code for "${message}"`);
  return code;
}

/** Checks that a databag has the error of a status, in its fixed words, or none. */
export function checkError(
  databag: Readonly<Record<string, string>>,
  status: ShownStatus,
): void {
  const code = errorCodeOf(status);
  const isServed = databag["provider_error"] === undefined;
  if (isServed && MAY_SERVE_REGEXP.test(status.message)) return;
  const expected = code && JSON.stringify({ code, reason: REASONS[code] });
  assert.equal(databag["provider_error"], expected, `the error for "${status.message}"`);
}

/**
 * Checks that each unit told each relation of its error or success. This holds once each has run
 * update-status.
 */
export function checkErrors(
  units: readonly (readonly [unit: string, status: ShownStatus])[],
  relations: readonly Pick<RelationHandle, "exists" | "read">[],
): void {
  for (const relation of relations.filter((one) => one.exists())) {
    for (const [unit, status] of units) checkError(relation.read(unit), status);
  }
}
