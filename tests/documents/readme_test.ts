import assert from "node:assert/strict";
import { parse } from "yaml";
import type { Outcome } from "../../lib/outcome.ts";
import { renderStatus } from "../../lib/status.ts";
import { code, tables } from "./markdown.ts";

const ROOT = new URL("../../", import.meta.url);
const README = tables(await Deno.readTextFile(new URL("README.md", ROOT)));

/** One sample or more of each kind of outcome: a new kind does not compile without one. */
type Samples = {
  readonly [Kind in Outcome["kind"]]: readonly [Sample<Kind>, ...Sample<Kind>[]];
};
type Sample<Kind> = Extract<Outcome, { readonly kind: Kind }>;

const ELLIPSIS = "\u2026";

const endpoint = "https://10.0.0.1:8443";
const ourFingerprint = "2274d312f072";
const ACTIVE = {
  kind: "active",
  version: "5.0.2",
  nodes: 3,
  certificates: 4,
  rejected: 1,
} as const;

const SAMPLES = {
  "no-access": [{ kind: "no-access" }],
  "no-secret": [
    { kind: "no-secret", uri: "secret:abc", isAbsent: false, words: "permission denied" },
    { kind: "no-secret", uri: "secret:abc", isAbsent: true, words: "not found" },
  ],
  "no-own-secret": [{ kind: "no-own-secret", words: "permission denied" }],
  "no-key": [{ kind: "no-key" }],
  "no-token": [
    { kind: "no-token", name: "trust-token" },
    { kind: "no-token", name: "trust-token of credentials-secret" },
  ],
  token: [
    { kind: "token", problem: "refused", endpoint },
    { kind: "token", problem: "expired", endpoint, at: new Date() },
    { kind: "token", problem: "foreign", endpoint },
    { kind: "token", problem: "lost", endpoint },
  ],
  missing: [
    { kind: "missing", names: ["lxd_client_key"], secret: undefined },
    { kind: "missing", names: ["server-cert of the cloud's credential"], secret: undefined },
    { kind: "missing", names: ["client-key"], secret: "secret:abc" },
  ],
  "other-cloud": [{ kind: "other-cloud", found: 'a cloud of type "ec2"' }],
  unreadable: [{ kind: "unreadable", name: "lxd_endpoint", reason: "it must be an address" }],
  "no-project": [
    { kind: "no-project", reason: 'No LXD project "wbe"' },
    { kind: "no-project", reason: 'No LXD projects "db", "wbe"' },
  ],
  untrusted: [{ kind: "untrusted", endpoint, ourFingerprint }],
  restricted: [
    { kind: "restricted", endpoint, ourFingerprint },
    { kind: "restricted", endpoint, ourFingerprint, isIdentity: true },
  ],
  "other-server": [{ kind: "other-server", endpoint, pinned: "aa", presented: "bb" }],
  unverifiable: [{ kind: "unverifiable", endpoint, reason: "its certificate has expired" }],
  unreachable: [{ kind: "unreachable", endpoint, cause: "connection refused" }],
  refused: [{ kind: "refused", endpoint, action: "to revoke aa", words: "no" }],
  unfinished: [{ kind: "unfinished", left: 3, total: 1_000 }],
  active: [ACTIVE, { ...ACTIVE, version: "6.9", nodes: 2, isUpgrading: true }],
} satisfies Samples;

const STATUSES = rows("Status").map(([status = "", begins = ""]) => ({
  status,
  begins: code(begins)[0] ?? "",
}));
const OUTCOMES: readonly Outcome[] = Object.values(SAMPLES).flat();

Deno.test("the README lists each option of charmcraft.yaml, and no other", async () => {
  const { config } = parse(await Deno.readTextFile(new URL("charmcraft.yaml", ROOT)));
  const listed = rows("Option").map(([option = ""]) => code(option)[0]);
  assert.deepEqual(listed.sort(), Object.keys(config.options).sort());
});

Deno.test.each(OUTCOMES.map((outcome) => ({ outcome, ...render(outcome) })))(
  "the README lists the status $status: $message",
  (rendered) => {
    const matching = STATUSES.filter((row) => matches(row, rendered));
    assert.equal(matching.length, 1, `Rows of the README: ${JSON.stringify(matching)}`);
  },
);

Deno.test.each(STATUSES)("the charm has the README's status $status: $begins", (row) => {
  assert.ok(OUTCOMES.some((outcome) => matches(row, render(outcome))));
});

type Row = (typeof STATUSES)[number];

function render(outcome: Outcome): { status: string; message: string } {
  return renderStatus(outcome, "lxd-integrator", { status: "unknown", message: "" });
}

/** Whether a row describes a status: in the README, an ellipsis stands for any text. */
function matches({ status, begins }: Row, actual: { status: string; message: string }): boolean {
  const pattern = begins.split(ELLIPSIS).map(RegExp.escape).join(".*");
  return status === actual.status && new RegExp(`^${pattern}`).test(actual.message);
}

/** The rows of all tables of the README whose first column has that header. */
function rows(header: string): readonly (readonly string[])[] {
  const found = README.filter((table) => table.header[0] === header);
  assert.notEqual(found.length, 0, `The README has no table of "${header}"`);
  return found.flatMap((table) => table.rows);
}
