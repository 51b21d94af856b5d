/**
 * Renders `juju status`, a relation's data and LXD's lists as rows and lines.
 *
 * @module
 */
import type { HookRun, LogLine } from "../juju/mod.ts";
import type { TrustEntry } from "../lxd/world.ts";
import { withoutNetworkKeys } from "../harness/databag.ts";
import type { Deployment } from "../harness/deployment.ts";
import type { Rows } from "./layout.ts";

const SHOWN_DIGITS = 12;
const RELATION_REGEXP = /^[a-z-]+:\d+: /;
const FINGERPRINT_REGEXP = /^[0-9a-f]{64}$/;
const CERTIFICATE_REGEXP = /^-----BEGIN CERTIFICATE-----\s+(\S{4})/;

/** Renders the units of applications as `juju status` does. */
export function renderStatus(model: Deployment["model"], applications: readonly string[]): Rows {
  const leaders = applications.map((application) => model.leader(application));
  const units = applications.flatMap((application) => model.units(application)).map((unit) => {
    const { status, message } = model.status(unit);
    return [`${unit}${leaders.includes(unit) ? "*" : ""}`, status, "idle", message];
  });
  return [["Unit", "Workload", "Agent", "Message"], ...units];
}

/** Renders the hooks that ran, each as a line of a log. */
export function renderHooks(
  runs: readonly Pick<HookRun, "hook" | "outcome" | "unit">[],
): readonly string[] {
  return runs.filter(({ outcome }) => outcome === "done")
    .map(({ hook, unit }) => renderMessage({ unit, message: `ran "${hook}" hook` }));
}

/**
 * Renders a message of a unit as a line of a log. All lines look alike, also those of relation hooks,
 * to which Juju adds the relation.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const message = renderMessage({ unit: "my-charm/0", message: "lxd:1: Deleted it" });
 * assert.equal(message, "unit-my-charm-0: Deleted it");
 * ```
 */
export function renderMessage({ unit, message }: Pick<LogLine, "message" | "unit">): string {
  return `unit-${unit.replace("/", "-")}: ${message.replace(RELATION_REGEXP, "")}`;
}

/** Renders a trust store as `lxc config trust list` does. */
export function renderTrust(entries: readonly TrustEntry[]): Rows {
  const rows = entries.toSorted((a, b) => compare(order(a), order(b)));
  return [
    ["TYPE", "NAME", "FINGERPRINT"],
    ...rows.map(({ fingerprint, name, type }) => [type, name, fingerprint.slice(0, SHOWN_DIGITS)]),
  ];
}

/** Describes an entry without its certificate. */
export function describeEntry(
  { fingerprint, name, projects, restricted, type }: TrustEntry,
): string {
  const limit = restricted ? ` limited to ${projects.join(", ") || "no project"}` : "";
  return `${type} "${name}" ${fingerprint}${limit}`;
}

/**
 * Renders a databag as `juju show-unit` does, with shortened certificates and fingerprints.
 */
export function renderDatabag(databag: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(withoutNetworkKeys(databag)).toSorted()
    .flatMap(([key, text]) => {
      const value = parse(text);
      if (!Array.isArray(value)) return [`${key}: ${shorten(text)}`];
      return [`${key}:`, ...value.map((item) => `  - ${renderItem(item)}`)];
    });
}

/**
 * Shortens a certificate or a fingerprint, and hides any other PEM.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const pem = "-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0B\n-----END CERTIFICATE-----\n";
 * assert.equal(shorten(pem), "-----BEGIN CERTIFICATE----- MIIB... (75 characters)");
 * assert.equal(shorten("-----BEGIN KEY-----"), "... (19 characters)");
 * assert.equal(shorten("ab".repeat(32)), "abababababab...");
 * ```
 */
export function shorten(text: string): string {
  if (FINGERPRINT_REGEXP.test(text)) return `${text.slice(0, SHOWN_DIGITS)}...`;
  if (!text.includes("-----BEGIN")) return text;
  const begin = CERTIFICATE_REGEXP.exec(text)?.[1];
  const shown = begin === undefined ? "..." : `-----BEGIN CERTIFICATE----- ${begin}...`;
  return `${shown} (${text.length} characters)`;
}

function renderItem(item: unknown): string {
  if (typeof item === "string") return shorten(item);
  return JSON.stringify(
    item,
    (_key, value) => typeof value === "string" ? shorten(value) : value,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function order({ name, type }: TrustEntry): string {
  return `${type === "server" ? 0 : 1} ${name}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
