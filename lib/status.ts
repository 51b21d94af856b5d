/**
 * Writes the status that the operator reads in `juju status`.
 *
 * @module
 */
import { shorten } from "./credential/fingerprint.ts";
import type { Expiring } from "./trust/expiry.ts";
import type { Active, LxdOutcome, Outcome, TokenNeeded, Unfinished } from "./outcome.ts";
import { line } from "./requirer/line.ts";

/** A workload status of Juju's. */
export interface Status {
  /** Juju's word for it. */
  readonly status: "active" | "blocked" | "waiting";
  /** The remedy, and the reason. */
  readonly message: string;
}

/** The status until now. */
export interface FormerStatus {
  /** Juju's word for it. */
  readonly status: string;
  /** Its message. @default {""} */
  readonly message?: string | undefined;
}

// `juju status` shows the message from column 68 on, so that a wide terminal has some 60 characters left.
const MAXIMUM_MESSAGE = 60;
// An active message. A relation hook sees its own relation only, so it repeats what it does not see.
const FORMER_REGEXP =
  /^(?<warning>.* expire[sd] .*; )?LXD .*?: \d+ nodes?.*?(?:, (?<rejected>\d+) rejected)?$/;
const MAXIMUM_CAUSE = 32;
// LXD names its version.
const MAXIMUM_VERSION = 24;

/**
 * Writes the status of a unit: one line that begins with the remedy. The words of others are cut at 60
 * characters. The action `check` tells all.
 *
 * @example Active
 * ```ts
 * import assert from "node:assert/strict";
 * const outcome = { kind: "active", version: "5.0.2", nodes: 3, certificates: 1, rejected: 0 } as const;
 * const { message } = renderStatus(outcome, "lxd-integrator", { status: "unknown", message: "" });
 * assert.equal(message, "LXD 5.0.2: 3 nodes, 1 certificate");
 * ```
 *
 * @param application Name of our application, for the commands that the operator runs.
 * @param before The status until now.
 */
export function renderStatus(outcome: Outcome, application: string, before: FormerStatus): Status {
  switch (outcome.kind) {
    case "no-access":
      // The charm that this one replaces says it in these words.
      return blocked(`Missing credentials access; grant with: juju trust ${application}`);
    case "no-key":
      return waiting("The leader enters LXD by trust-token in its next hook");
    case "no-own-secret":
      return waiting("Juju does not show our own secret; run check");
    case "no-token":
      return blocked(renderNoToken(outcome.name));
    case "missing":
      return blocked(renderMissing(outcome));
    case "no-secret":
      return blocked(
        outcome.isAbsent
          ? "Set credentials-secret to a secret that exists; run check"
          : `juju grant-secret ${outcome.uri} ${application}`,
      );
    case "other-cloud":
      return blocked(cut(`Set trust-token: Juju has ${outcome.found}`));
    case "unreadable":
      return blocked(cut(`Correct ${outcome.name}: ${outcome.reason}`));
    case "no-project":
      return blocked(`${outcome.reason}; set projects`);
    case "unfinished":
      return waiting(renderUnfinished(outcome));
    case "active":
      return { status: "active", message: line(renderActive(outcome, before.message ?? "")) };
    default:
      return renderLxdFailure(outcome);
  }
}

/** Writes how each active status begins. */
export function renderVersion(version: string): string {
  return `LXD ${line(version, MAXIMUM_VERSION)}: `;
}

/** Writes the status if LXD could not be used. */
function renderLxdFailure(outcome: LxdOutcome): Status {
  switch (outcome.kind) {
    case "untrusted":
      return blocked(`Add our certificate ${shorten(outcome.ourFingerprint)} to LXD's trust store`);
    case "restricted": {
      const ours = shorten(outcome.ourFingerprint);
      return blocked(
        outcome.isIdentity
          ? `Let our identity ${ours} manage LXD's identities`
          : `Lift the restriction of our certificate ${ours} in LXD`,
      );
    }
    // A certificate that nobody expects may be an attacker's, so that nobody should trust it unseen.
    case "other-server": {
      const [presented, pinned] = [outcome.presented, outcome.pinned].map(shorten);
      return blocked(`Run check: LXD presents ${presented}, not ${pinned}`);
    }
    case "unverifiable":
      return blocked("Run check: cannot verify LXD's certificate");
    case "unreachable":
      return waiting(
        `No answer from ${outcome.endpoint}: ${line(outcome.cause, MAXIMUM_CAUSE)}`,
      );
    case "token":
      return blocked(renderTokenNeeded(outcome));
    case "refused":
      return blocked(cut(`LXD refuses ${shorten(outcome.action)}: ${outcome.words}`));
  }
}

/** The name of a field of a secret leaves no room for the command. */
function renderNoToken(name: string): string {
  const token = name === "trust-token" ? "what lxc config trust add printed" : "a token of LXD";
  return `Set ${name} to ${token}`;
}

function renderTokenNeeded({ problem, endpoint, at }: TokenNeeded): string {
  const reasons = {
    refused: "this one is used or wrong",
    expired: `this one expired on ${at?.toISOString().slice(0, 10)}`,
    foreign: `${hostOf(endpoint)} is another server`,
    lost: "LXD trusts our certificate no more",
  };
  return `Set a new trust-token: ${reasons[problem]}`;
}

function renderMissing({ names, secret }: Extract<Outcome, { kind: "missing" }>): string {
  if (secret !== undefined) return `Add ${names.join(", ")} to the secret`;
  const [name = "", ...others] = names;
  // Juju's credentials often lack this part alone.
  const isServer = others.length === 0 && /server[-_]cert/.test(name);
  return isServer
    ? "Set lxd_server_cert to LXD's certificate; run check"
    : `Set ${names.join(", ")}`;
}

function renderActive(active: Active, before: string): string {
  const { version, nodes, isUpgrading = false, certificates, rejected, expiring } = active;
  const upgrade = isUpgrading ? " (upgrading)" : "";
  const counts = [`${count(nodes, "node")}${upgrade}`, count(certificates, "certificate")];
  // A relation hook counts the other relations only if its own relation has changed.
  const number = rejected ?? Number(before.match(FORMER_REGEXP)?.groups?.["rejected"] ?? 0);
  if (number > 0) counts.push(`${number} rejected`);
  const warning = expiring
    ? renderExpiry(expiring)
    : before.match(FORMER_REGEXP)?.groups?.["warning"] ?? "";
  return `${warning}${renderVersion(version)}${counts.join(", ")}`;
}

/** Warns of the certificate that expires first. Empty if there is none. */
function renderExpiry([first, ...others]: readonly Expiring[]): string {
  if (!first) return "";
  const { kind, requirer, days } = first;
  const whose = {
    client: requirer === undefined ? "A client's certificate" : `Certificate of ${requirer}`,
    credential: "Our certificate",
    server: "LXD's certificate",
  };
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return `${whose[kind]} ${renderDays(days)}${more}; `;
}

/** The words change each day, and with them the status: so the log repeats its lines each day. */
function renderDays(days: number): string {
  if (days === 0) return "expires within a day";
  if (days > 0) return `expires in ${count(days, "day")}`;
  const past = -days - 1;
  return past === 0 ? "expired within the last day" : `expired ${count(past, "day")} ago`;
}

function renderUnfinished({ left, total }: Unfinished): string {
  const [todo, all] = [left, total].map((number) => number.toLocaleString("en"));
  return `${todo} of ${all} certificates still to do; the next hook goes on`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function hostOf(endpoint: string): string {
  return endpoint.replace("https://", "");
}

/** Cuts a message that ends in words of others. */
function cut(message: string): string {
  return line(message, MAXIMUM_MESSAGE);
}

function blocked(message: string): Status {
  return { status: "blocked", message: line(message) };
}

function waiting(message: string): Status {
  return { status: "waiting", message: line(message) };
}
