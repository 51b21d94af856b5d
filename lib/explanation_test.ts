import assert from "node:assert/strict";
import { explain } from "./explanation.ts";
import type { Outcome } from "./outcome.ts";

const endpoint = "https://10.0.0.1:8443";
const ourFingerprint = "aa";

interface Case {
  readonly outcome: Outcome;
  readonly message: string;
}

const CASES: readonly Case[] = [
  {
    outcome: { kind: "no-secret", uri: "secret:abc", isAbsent: false, words: "no" },
    message: "Cannot read credentials-secret: grant it with: juju grant-secret secret:abc my-lxd " +
      "(Juju says: no)",
  },
  {
    outcome: { kind: "no-secret", uri: "secret:abc", isAbsent: true, words: "not found" },
    message: "Cannot find credentials-secret secret:abc: set one that exists, and grant it with: " +
      "juju grant-secret <its uri> my-lxd (Juju says: not found)",
  },
  {
    outcome: { kind: "missing", names: ["endpoint", "client-key"], secret: "secret:abc" },
    message: "Missing endpoint, client-key in credentials-secret: juju update-secret secret:abc " +
      "endpoint=https://... client-cert#file=... client-key#file=... server-cert#file=... && " +
      "juju grant-secret secret:abc my-lxd",
  },
  {
    outcome: {
      kind: "missing",
      names: ["lxd_client_key", "lxd_server_cert"],
      secret: undefined,
    },
    message: "Set lxd_client_key, lxd_server_cert",
  },
  ...["lxd_server_cert", "server-cert of the cloud's credential"].map((name): Case => ({
    outcome: { kind: "missing", names: [name], secret: undefined },
    message: `Missing ${name}; set it with: juju config my-lxd ` +
      'lxd_server_cert="$(lxc query /1.0 | jq -r .environment.certificate)"',
  })),
  {
    outcome: { kind: "other-cloud", found: 'a cloud of type "ec2"' },
    message: 'Juju gives a cloud of type "ec2", not an LXD certificate: ' +
      "set trust-token, or lxd_endpoint, lxd_client_cert, lxd_client_key and lxd_server_cert",
  },
  {
    outcome: { kind: "unreadable", name: "lxd_endpoint", reason: "it must be https://host:port" },
    message: "Cannot use lxd_endpoint: it must be https://host:port",
  },
  {
    outcome: { kind: "untrusted", endpoint, ourFingerprint },
    message: `LXD at ${endpoint} does not trust our certificate aa: ` +
      "add it to LXD's trust store, or wait until it is valid and not expired",
  },
  {
    outcome: { kind: "restricted", endpoint, ourFingerprint },
    message: `LXD at ${endpoint} does not let our certificate aa manage certificates: ` +
      "it must not be restricted to projects",
  },
  {
    outcome: { kind: "restricted", endpoint, ourFingerprint, isIdentity: true },
    message: `LXD at ${endpoint} does not let our certificate aa manage certificates: ` +
      "its groups must let it create, view, edit and delete identities of the server",
  },
  {
    outcome: { kind: "other-server", endpoint, pinned: "bb", presented: "cc" },
    message: `LXD at ${endpoint} presents the certificate cc, not the expected bb: ` +
      "if it was replaced, update the credential's server certificate",
  },
  {
    outcome: { kind: "unverifiable", endpoint, reason: "The certificate expired on 2020-01-01" },
    message: `Cannot verify the certificate of LXD at ${endpoint}: ` +
      "The certificate expired on 2020-01-01",
  },
  {
    outcome: { kind: "unreachable", endpoint, cause: "connection refused" },
    message: `No answer from ${endpoint}: connection refused`,
  },
  {
    outcome: { kind: "refused", endpoint, action: "to revoke cc", words: "no" },
    message: `LXD at ${endpoint} refuses to revoke cc: no`,
  },
  {
    outcome: { kind: "no-token", name: "trust-token of credentials-secret" },
    message: "Cannot use trust-token of credentials-secret: it must be what this prints: " +
      "lxc config trust add --name my-lxd",
  },
  {
    outcome: { kind: "token", problem: "refused", endpoint },
    message: "Set a new trust-token: this one is used or wrong; " +
      "set what this prints on the LXD to use: lxc config trust add --name my-lxd",
  },
  {
    outcome: { kind: "no-own-secret", words: "permission denied" },
    message: "Juju does not show our own secret: permission denied",
  },
  {
    outcome: { kind: "no-project", reason: 'No LXD project "wbe"' },
    message: 'No LXD project "wbe"; set projects',
  },
];

Deno.test.each(CASES)("explain() says $message", ({ outcome, message }) => {
  assert.equal(explain(outcome, "my-lxd"), message);
});
