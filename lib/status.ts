/**
 * Writes the status that the operator reads in `juju status`.
 *
 * @module
 */
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

// LXD names its version.
const MAXIMUM_VERSION = 64;

const OPTIONS = "lxd_endpoint, lxd_client_cert, lxd_client_key and lxd_server_cert";

// For a machine whose `lxc` uses that LXD.
const SET_SERVER = (application: string): string =>
  `set it with: juju config ${application} ` +
  'lxd_server_cert="$(lxc query /1.0 | jq -r .environment.certificate)"';

// All fields: `juju update-secret` replaces the whole content.
const FIELDS = "endpoint=https://... client-cert#file=... client-key#file=... server-cert#file=...";

const ENTITLED = "its groups must let it create, view, edit and delete identities of the server";

/**
 * Writes the status of a unit. The message is one line, whatever others wrote into the outcome.
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
  const { status, message } = renderOutcome(outcome, application, before);
  return { status, message: line(message) };
}

function renderOutcome(outcome: Outcome, application: string, before: FormerStatus): Status {
  switch (outcome.kind) {
    case "no-access":
      return blocked(
        `Missing credentials access; grant with: juju trust ${application}`,
      );
    case "no-key":
      return {
        status: "waiting",
        message: "The leader enters LXD by trust-token in its next hook",
      };
    case "no-own-secret":
      return { status: "waiting", message: `Juju does not show our own secret: ${outcome.words}` };
    case "no-token":
      return blocked(`Set ${outcome.name} to what lxc config trust add printed`);
    case "missing":
      return blocked(renderMissing(outcome, application));
    case "no-secret":
      return blocked(
        outcome.isAbsent
          ? `Cannot find credentials-secret ${outcome.uri}: set one that exists, and grant it with: ` +
            `juju grant-secret <its uri> ${application} (Juju says: ${outcome.words})`
          : "Cannot read credentials-secret: grant it with: " +
            `juju grant-secret ${outcome.uri} ${application} (Juju says: ${outcome.words})`,
      );
    case "other-cloud":
      return blocked(`Juju gives ${outcome.found}, not an LXD certificate: set ${OPTIONS}`);
    case "unreadable":
      return blocked(`Cannot use ${outcome.name}: ${outcome.reason}`);
    case "no-project":
      return blocked(`${outcome.reason}; set projects`);
    case "unfinished":
      return { status: "waiting", message: renderUnfinished(outcome) };
    case "active":
      return { status: "active", message: renderActive(outcome, before.message ?? "") };
    default:
      return renderLxdFailure(outcome);
  }
}

/** Writes the status if LXD could not be used. */
function renderLxdFailure(outcome: LxdOutcome): Status {
  switch (outcome.kind) {
    case "untrusted":
      return blocked(
        `LXD at ${outcome.endpoint} does not trust our certificate ${outcome.ourFingerprint}: ` +
          "add it to LXD's trust store, or wait until it is valid and not expired",
      );
    case "restricted":
      return blocked(
        `LXD at ${outcome.endpoint} does not let our certificate ${outcome.ourFingerprint} manage ` +
          `certificates: ${
            outcome.isIdentity ? ENTITLED : "it must not be restricted to projects"
          }`,
      );
    case "other-server":
      return blocked(
        `LXD at ${outcome.endpoint} presents the certificate ${outcome.presented}, ` +
          `not the expected ${outcome.pinned}: if it was replaced, update the credential's server certificate`,
      );
    case "unverifiable":
      return blocked(
        `Cannot verify the certificate of LXD at ${outcome.endpoint}: ${outcome.reason}`,
      );
    case "unreachable":
      return { status: "waiting", message: `No answer from ${outcome.endpoint}: ${outcome.cause}` };
    case "token":
      return blocked(renderTokenNeeded(outcome));
    case "refused":
      return blocked(`LXD at ${outcome.endpoint} refuses ${outcome.action}: ${outcome.words}`);
  }
}

/** Juju shows some 60 characters of a message in a terminal, so the remedy comes first. */
function renderTokenNeeded({ problem, endpoint, at }: TokenNeeded): string {
  const where = endpoint.replace("https://", "");
  const reasons = {
    refused: "LXD says that this one is used or wrong",
    expired: `this one expired on ${at?.toISOString().slice(0, 10)}`,
    foreign: `${where} is another server`,
    lost: "LXD trusts our certificate no more",
  };
  return `Set a new trust-token: ${reasons[problem]}`;
}

function renderMissing(
  { names, secret }: Extract<Outcome, { kind: "missing" }>,
  application: string,
): string {
  if (secret === undefined) {
    const [name = "", ...others] = names;
    // Juju's credentials often lack this part alone.
    const isServer = others.length === 0 && /server[-_]cert/.test(name);
    return `Missing ${names.join(", ")}${isServer ? `; ${SET_SERVER(application)}` : ""}`;
  }
  return `Missing ${names.join(", ")} in credentials-secret: juju update-secret ${secret} ` +
    `${FIELDS} && juju grant-secret ${secret} ${application}`;
}

function renderActive(
  { version, nodes, isUpgrading = false, certificates, rejected }: Active,
  before: string,
): string {
  const upgrade = isUpgrading ? " (cluster is being upgraded)" : "";
  const counts = [`${count(nodes, "node")}${upgrade}`, count(certificates, "certificate")];
  // A relation hook counts the other relations only if its own relation has changed.
  const number = rejected ?? Number(before.match(/^LXD .*, (\d+) rejected$/)?.[1] ?? 0);
  if (number > 0) counts.push(`${number} rejected`);
  return `LXD ${line(version, MAXIMUM_VERSION)}: ${counts.join(", ")}`;
}

function renderUnfinished({ left, total }: Unfinished): string {
  const [todo, all] = [left, total].map((number) => number.toLocaleString("en"));
  return `${todo} of ${all} certificates still to do; the next hook goes on`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function blocked(message: string): Status {
  return { status: "blocked", message };
}
