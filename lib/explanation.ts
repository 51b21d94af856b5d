/**
 * Explains an outcome at length, with whole fingerprints, commands, and the words of others. A status has
 * no room for them.
 *
 * @module
 */
import type { Outcome } from "./outcome.ts";
import { line } from "./requirer/line.ts";
import { renderStatus } from "./status.ts";

const OPTIONS = "lxd_endpoint, lxd_client_cert, lxd_client_key and lxd_server_cert";

// For a machine whose `lxc` uses that LXD.
const SET_SERVER = (application: string): string =>
  `set it with: juju config ${application} ` +
  'lxd_server_cert="$(lxc query /1.0 | jq -r .environment.certificate)"';

// All fields: `juju update-secret` replaces the whole content.
const FIELDS = "endpoint=https://... client-cert#file=... client-key#file=... server-cert#file=...";

const addToken = (application: string): string => `lxc config trust add --name ${application}`;

const ENTITLED = "its groups must let it create, view, edit and delete identities of the server";

/**
 * Explains how a reconciliation ended, and what the operator should do. The text is one line, whatever
 * others wrote into the outcome.
 *
 * @example LXD refuses something
 * ```ts
 * import assert from "node:assert/strict";
 * const endpoint = "https://10.0.0.1:8443";
 * const refused = { kind: "refused", endpoint, action: "to revoke aa", words: "no" } as const;
 * assert.equal(explain(refused, "lxd"), "LXD at https://10.0.0.1:8443 refuses to revoke aa: no");
 * ```
 *
 * @param application Name of our application, for the commands that the operator runs.
 */
export function explain(outcome: Outcome, application: string): string {
  const explained = explainAtLength(outcome, application);
  return explained === undefined
    ? renderStatus(outcome, application, { status: "" }).message
    : line(explained);
}

/** Undefined if the status says it all. */
function explainAtLength(outcome: Outcome, application: string): string | undefined {
  switch (outcome.kind) {
    case "no-own-secret":
      return `Juju does not show our own secret: ${outcome.words}`;
    case "missing":
      return explainMissing(outcome, application);
    case "no-secret":
      return outcome.isAbsent
        ? `Cannot find credentials-secret ${outcome.uri}: set one that exists, and grant it with: ` +
          `juju grant-secret <its uri> ${application} (Juju says: ${outcome.words})`
        : "Cannot read credentials-secret: grant it with: " +
          `juju grant-secret ${outcome.uri} ${application} (Juju says: ${outcome.words})`;
    case "other-cloud":
      return `Juju gives ${outcome.found}, not an LXD certificate: set trust-token, or ${OPTIONS}`;
    case "no-token":
      return `Cannot use ${outcome.name}: it must be what this prints: ${addToken(application)}`;
    case "token":
      return `${renderStatus(outcome, application, { status: "" }).message}; ` +
        `set what this prints on the LXD to use: ${addToken(application)}`;
    case "unreadable":
      return `Cannot use ${outcome.name}: ${outcome.reason}`;
    default:
      return explainLxd(outcome);
  }
}

/** Explains why LXD could not be used. */
function explainLxd(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case "untrusted":
      return `LXD at ${outcome.endpoint} does not trust our certificate ${outcome.ourFingerprint}: ` +
        "add it to LXD's trust store, or wait until it is valid and not expired";
    case "restricted":
      return `LXD at ${outcome.endpoint} does not let our certificate ${outcome.ourFingerprint} ` +
        `manage certificates: ${
          outcome.isIdentity ? ENTITLED : "it must not be restricted to projects"
        }`;
    case "other-server":
      return `LXD at ${outcome.endpoint} presents the certificate ${outcome.presented}, ` +
        `not the expected ${outcome.pinned}: if it was replaced, update the credential's server certificate`;
    case "unverifiable":
      return `Cannot verify the certificate of LXD at ${outcome.endpoint}: ${outcome.reason}`;
    case "unreachable":
      return `No answer from ${outcome.endpoint}: ${outcome.cause}`;
    case "refused":
      return `LXD at ${outcome.endpoint} refuses ${outcome.action}: ${outcome.words}`;
    default:
      return undefined;
  }
}

function explainMissing(
  { names, secret }: Extract<Outcome, { kind: "missing" }>,
  application: string,
): string | undefined {
  if (secret === undefined) {
    const [name = "", ...others] = names;
    // Juju's credentials often lack this part alone.
    const isServer = others.length === 0 && /server[-_]cert/.test(name);
    return isServer ? `Missing ${name}; ${SET_SERVER(application)}` : undefined;
  }
  return `Missing ${names.join(", ")} in credentials-secret: juju update-secret ${secret} ` +
    `${FIELDS} && juju grant-secret ${secret} ${application}`;
}
