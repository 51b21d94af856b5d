import assert from "node:assert/strict";
import type { Outcome } from "./outcome.ts";
import { renderStatus } from "./status.ts";

const NOTHING = { status: "unknown", message: "" };
const endpoint = "https://10.0.0.1:8443";
const ourFingerprint = "aa";

interface Case {
  readonly outcome: Outcome;
  readonly status: string;
  readonly message: string;
}

const CASES: readonly Case[] = [
  {
    outcome: { kind: "no-access" },
    status: "blocked",
    message: "Missing credentials access; grant with: juju trust my-lxd",
  },
  {
    outcome: { kind: "no-secret", uri: "secret:abc", isAbsent: false, words: "no" },
    status: "blocked",
    message: "Cannot read credentials-secret: grant it with: juju grant-secret secret:abc my-lxd " +
      "(Juju says: no)",
  },
  {
    outcome: { kind: "no-secret", uri: "secret:abc", isAbsent: true, words: "not found" },
    status: "blocked",
    message: "Cannot find credentials-secret secret:abc: set one that exists, and grant it with: " +
      "juju grant-secret <its uri> my-lxd (Juju says: not found)",
  },
  {
    outcome: { kind: "missing", names: ["endpoint", "client-key"], secret: "secret:abc" },
    status: "blocked",
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
    status: "blocked",
    message: "Missing lxd_client_key, lxd_server_cert",
  },
  ...["lxd_server_cert", "server-cert of the cloud's credential"].map((name): Case => ({
    outcome: { kind: "missing", names: [name], secret: undefined },
    status: "blocked",
    message: `Missing ${name}; set it with: juju config my-lxd ` +
      'lxd_server_cert="$(lxc query /1.0 | jq -r .environment.certificate)"',
  })),
  {
    outcome: { kind: "other-cloud", found: 'a cloud of type "ec2"' },
    status: "blocked",
    message: 'Juju gives a cloud of type "ec2", not an LXD certificate: ' +
      "set lxd_endpoint, lxd_client_cert, lxd_client_key and lxd_server_cert",
  },
  {
    outcome: { kind: "unreadable", name: "lxd_endpoint", reason: "it must be https://host:port" },
    status: "blocked",
    message: "Cannot use lxd_endpoint: it must be https://host:port",
  },
  {
    outcome: { kind: "untrusted", endpoint, ourFingerprint },
    status: "blocked",
    message: `LXD at ${endpoint} does not trust our certificate aa: ` +
      "add it to LXD's trust store, or wait until it is valid and not expired",
  },
  {
    outcome: { kind: "restricted", endpoint, ourFingerprint },
    status: "blocked",
    message: `LXD at ${endpoint} does not let our certificate aa manage certificates: ` +
      "it must not be restricted to projects",
  },
  {
    outcome: { kind: "restricted", endpoint, ourFingerprint, isIdentity: true },
    status: "blocked",
    message: `LXD at ${endpoint} does not let our certificate aa manage certificates: ` +
      "its groups must let it create, view, edit and delete identities of the server",
  },
  {
    outcome: { kind: "other-server", endpoint, pinned: "bb", presented: "cc" },
    status: "blocked",
    message: `LXD at ${endpoint} presents the certificate cc, not the expected bb: ` +
      "if it was replaced, update the credential's server certificate",
  },
  {
    outcome: { kind: "unverifiable", endpoint, reason: "The certificate expired on 2020-01-01" },
    status: "blocked",
    message: `Cannot verify the certificate of LXD at ${endpoint}: ` +
      "The certificate expired on 2020-01-01",
  },
  {
    outcome: { kind: "unreachable", endpoint, cause: "connection refused" },
    status: "waiting",
    message: `No answer from ${endpoint}: connection refused`,
  },
  {
    outcome: { kind: "refused", endpoint, action: "to revoke cc", words: "no" },
    status: "blocked",
    message: `LXD at ${endpoint} refuses to revoke cc: no`,
  },
  {
    outcome: { kind: "no-project", reason: 'No LXD project "wbe"' },
    status: "blocked",
    message: 'No LXD project "wbe"; set projects',
  },
  {
    outcome: { ...active(1, 2), isUpgrading: true },
    status: "active",
    message: "LXD 5.0.2: 2 nodes (cluster is being upgraded), 1 certificate, 1 rejected",
  },
  {
    outcome: active(2, 1, 0),
    status: "active",
    message: "LXD 5.0.2: 1 node, 0 certificates, 2 rejected",
  },
];

function active(rejected: number | undefined, nodes = 3, certificates = 1) {
  return { kind: "active", version: "5.0.2", nodes, certificates, rejected } as const;
}

Deno.test.each(CASES)("renderStatus() says $message", ({ outcome, status, message }) => {
  assert.deepEqual(renderStatus(outcome, "my-lxd", NOTHING), { status, message });
});

Deno.test.each(
  [
    { what: "a total of none", rejected: 0, before: 5, expected: 0 },
    { what: "a total", rejected: 3, before: 0, expected: 3 },
    { what: "as many as before", rejected: undefined, before: 12, expected: 12 },
    { what: "none as before", rejected: undefined, before: 0, expected: 0 },
  ] as const,
)("renderStatus() counts $what after $before", ({ rejected, before, expected }) => {
  const message = (number: number): string =>
    `LXD 5.0.2: 3 nodes, 1 certificate${number ? `, ${number} rejected` : ""}`;
  const told = { status: "active", message: message(before) };
  assert.equal(renderStatus(active(rejected), "my-lxd", told).message, message(expected));
});

Deno.test("renderStatus() counts from zero after a status without a number", () => {
  const told = { status: "waiting", message: "No answer from LXD 5.0.2, 7 rejected by it" };
  const { message } = renderStatus(active(undefined), "my-lxd", told);
  assert.equal(message, "LXD 5.0.2: 3 nodes, 1 certificate");
});

Deno.test("renderStatus() counts what the next hook has to do, and blames nobody", () => {
  const outcome = { kind: "unfinished", left: 3, total: 1_000 } as const;
  assert.deepEqual(renderStatus(outcome, "lxd-integrator", { status: "unknown", message: "" }), {
    status: "waiting",
    message: "3 of 1,000 certificates still to do; the next hook goes on",
  });
});
