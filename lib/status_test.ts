import assert from "node:assert/strict";
import type { Outcome, TokenNeeded } from "./outcome.ts";
import { renderStatus } from "./status.ts";

const NOTHING = { status: "unknown", message: "" };
const APPLICATION = "lxd-integrator";
const endpoint = "https://10.20.30.41:8443";
const [ours, theirs, other] = ["0a", "1b", "2c"].map((two) => two.repeat(32)) as [
  string,
  string,
  string,
];
const [ourShort, theirShort, otherShort] = [ours, theirs, other].map((one) => one.slice(0, 12));
const secret = "secret:9m4e2mr0ui3e8a215n4g";
const WORDS = "a text of somebody else, which is as long as he or she likes";
const MAXIMUM = 60;
const SOON = { fingerprint: "aa", expiresAt: "2026-12-09T10:00:00Z" };

interface Case {
  readonly outcome: Outcome;
  /** Name of our application. @default {"lxd-integrator"} */
  readonly application?: string;
  readonly status: string;
  readonly message: string;
  /** Name of the exception that lets the message be longer. @default {none} */
  readonly exception?: keyof typeof EXCEPTIONS;
}

interface CaseOf<Kind extends Outcome["kind"]> extends Case {
  readonly outcome: Extract<Outcome, { readonly kind: Kind }>;
}

/** The messages of more than 60 characters: why, and what stands within the first 60. */
const EXCEPTIONS = {
  "the original's words": {
    why: "scripts of operators may look for what the original charm said",
    begins: "Missing credentials access; grant with: juju trust ",
  },
  "all fields": {
    why: "the secret lacks every field, and the operator needs all names",
    begins: "Add endpoint, client-cert, client-key, server-cert to the ",
  },
  "several projects": {
    why: "the operator named them",
    begins: 'No LXD projects "first", "second", ',
  },
  "a long name of the application": {
    why: "the operator copies the command",
    begins: `juju grant-secret ${secret} `,
  },
  "a long endpoint": {
    why: "the operator named it, and the cause has its 32 characters in addition",
    begins: "No answer from https://[fd42:1:2:3:216:3eff:fe11:2233]:8443:",
  },
  "a long address": {
    why: "the token names it",
    begins: "Set a new trust-token: [fd42:1:2:3:216:3eff:fe11:2233]:8443 ",
  },
  "a certificate expires": {
    why: "the warning comes before what is always there",
    begins: "Certificate of my-charm/0 expires in 12 days; ",
  },
} as const;

const LONG_ENDPOINT = "https://[fd42:1:2:3:216:3eff:fe11:2233]:8443";

/** Why a token is needed: a new problem does not compile without its words. */
const TOKEN_REASONS: Readonly<Record<TokenNeeded["problem"], string>> = {
  refused: "this one is used or wrong",
  expired: "this one expired on 2026-12-01",
  foreign: "10.20.30.41:8443 is another server",
  lost: "LXD trusts our certificate no more",
};

/** The cases of each kind of outcome: a new kind does not compile without one. */
const CASES: {
  readonly [Kind in Outcome["kind"]]: readonly [CaseOf<Kind>, ...CaseOf<Kind>[]];
} = {
  "no-access": [
    {
      outcome: { kind: "no-access" },
      status: "blocked",
      message: "Missing credentials access; grant with: juju trust lxd-integrator",
      exception: "the original's words",
    },
  ],
  "no-secret": [
    {
      outcome: { kind: "no-secret", uri: secret, isAbsent: false, words: WORDS },
      status: "blocked",
      message: `juju grant-secret ${secret} lxd-integrator`,
    },
    {
      outcome: { kind: "no-secret", uri: secret, isAbsent: false, words: WORDS },
      application: "lxd-integrator-of-the-west",
      status: "blocked",
      message: `juju grant-secret ${secret} lxd-integrator-of-the-west`,
      exception: "a long name of the application",
    },
    {
      outcome: { kind: "no-secret", uri: secret, isAbsent: true, words: WORDS },
      status: "blocked",
      message: "Set credentials-secret to a secret that exists; run check",
    },
  ],
  "no-own-secret": [
    {
      outcome: { kind: "no-own-secret", words: WORDS },
      status: "waiting",
      message: "Juju does not show our own secret; run check",
    },
  ],
  "no-key": [
    {
      outcome: { kind: "no-key" },
      status: "waiting",
      message: "The leader enters LXD by trust-token in its next hook",
    },
  ],
  "no-token": [
    {
      outcome: { kind: "no-token", name: "trust-token" },
      status: "blocked",
      message: "Set trust-token to what lxc config trust add printed",
    },
    {
      outcome: { kind: "no-token", name: "trust-token of credentials-secret" },
      status: "blocked",
      message: "Set trust-token of credentials-secret to a token of LXD",
    },
  ],
  token: [
    {
      outcome: { kind: "token", problem: "foreign", endpoint: LONG_ENDPOINT },
      status: "blocked",
      message: "Set a new trust-token: [fd42:1:2:3:216:3eff:fe11:2233]:8443 is another server",
      exception: "a long address",
    },
    ...Object.entries(TOKEN_REASONS).map(([problem, reason]): CaseOf<"token"> => ({
      outcome: {
        kind: "token",
        problem: problem as TokenNeeded["problem"],
        endpoint,
        at: new Date("2026-12-01T10:00:00Z"),
      },
      status: "blocked",
      message: `Set a new trust-token: ${reason}`,
    })),
  ],
  missing: [
    {
      outcome: {
        kind: "missing",
        names: ["client-cert", "client-key", "server-cert"],
        secret,
      },
      status: "blocked",
      message: "Add client-cert, client-key, server-cert to the secret",
    },
    {
      outcome: {
        kind: "missing",
        names: ["endpoint", "client-cert", "client-key", "server-cert"],
        secret,
      },
      status: "blocked",
      message: "Add endpoint, client-cert, client-key, server-cert to the secret",
      exception: "all fields",
    },
    {
      outcome: {
        kind: "missing",
        names: ["lxd_client_cert", "lxd_client_key", "lxd_server_cert"],
        secret: undefined,
      },
      status: "blocked",
      message: "Set lxd_client_cert, lxd_client_key, lxd_server_cert",
    },
    ...["lxd_server_cert", "server-cert of the cloud's credential"].map((
      name,
    ): CaseOf<"missing"> => ({
      outcome: { kind: "missing", names: [name], secret: undefined },
      status: "blocked",
      message: "Set lxd_server_cert to LXD's certificate; run check",
    })),
  ],
  "other-cloud": [
    {
      outcome: { kind: "other-cloud", found: 'a cloud of type "ec2"' },
      status: "blocked",
      message: 'Set trust-token: Juju has a cloud of type "ec2"',
    },
  ],
  unreadable: [
    {
      outcome: { kind: "unreadable", name: "lxd_endpoint", reason: WORDS },
      status: "blocked",
      message: "Correct lxd_endpoint: a text of somebody else, which is a...",
    },
  ],
  untrusted: [
    {
      outcome: { kind: "untrusted", endpoint, ourFingerprint: ours },
      status: "blocked",
      message: `Add our certificate ${ourShort} to LXD's trust store`,
    },
  ],
  restricted: [
    {
      outcome: { kind: "restricted", endpoint, ourFingerprint: ours },
      status: "blocked",
      message: `Lift the restriction of our certificate ${ourShort} in LXD`,
    },
    {
      outcome: { kind: "restricted", endpoint, ourFingerprint: ours, isIdentity: true },
      status: "blocked",
      message: `Let our identity ${ourShort} manage LXD's identities`,
    },
  ],
  "other-server": [
    {
      outcome: { kind: "other-server", endpoint, pinned: theirs, presented: other },
      status: "blocked",
      message: `Run check: LXD presents ${otherShort}, not ${theirShort}`,
    },
  ],
  unverifiable: [
    {
      outcome: { kind: "unverifiable", endpoint, reason: WORDS },
      status: "blocked",
      message: "Run check: cannot verify LXD's certificate",
    },
  ],
  unreachable: [
    {
      outcome: { kind: "unreachable", endpoint, cause: "connection refused" },
      status: "waiting",
      message: "No answer from https://10.20.30.41:8443: connection refused",
    },
    {
      outcome: { kind: "unreachable", endpoint: LONG_ENDPOINT, cause: "connection refused" },
      status: "waiting",
      message: `No answer from ${LONG_ENDPOINT}: connection refused`,
      exception: "a long endpoint",
    },
  ],
  refused: [
    {
      outcome: { kind: "refused", endpoint, action: `to revoke ${theirs}`, words: "no\nspace" },
      status: "blocked",
      message: `LXD refuses to revoke ${theirShort}: no space`,
    },
  ],
  "no-project": [
    {
      outcome: { kind: "no-project", reason: 'No LXD project "wbe"' },
      status: "blocked",
      message: 'No LXD project "wbe"; set projects',
    },
    {
      outcome: {
        kind: "no-project",
        reason: 'No LXD projects "first", "second", "third", "fourth"',
      },
      status: "blocked",
      message: 'No LXD projects "first", "second", "third", "fourth"; set projects',
      exception: "several projects",
    },
  ],
  unfinished: [
    {
      outcome: { kind: "unfinished", left: 997, total: 1_000 },
      status: "waiting",
      message: "997 of 1,000 certificates still to do; the next hook goes on",
    },
  ],
  active: [
    {
      outcome: { ...active(1, 2), isUpgrading: true },
      status: "active",
      message: "LXD 5.0.2: 2 nodes (upgrading), 1 certificate, 1 rejected",
    },
    {
      outcome: active(2, 1, 0),
      status: "active",
      message: "LXD 5.0.2: 1 node, 0 certificates, 2 rejected",
    },
    {
      outcome: {
        ...active(0),
        expiring: [{ ...SOON, kind: "client", requirer: "my-charm/0", days: 12 }],
      },
      status: "active",
      message: "Certificate of my-charm/0 expires in 12 days; LXD 5.0.2: 3 nodes, 1 certificate",
      exception: "a certificate expires",
    },
  ],
};

function active(rejected: number | undefined, nodes = 3, certificates = 1) {
  return { kind: "active", version: "5.0.2", nodes, certificates, rejected } as const;
}

const ALL: readonly Case[] = Object.values(CASES).flat();

Deno.test.each(ALL)("renderStatus() says $message", (given) => {
  const { outcome, application = APPLICATION, status, message, exception } = given;
  assert.deepEqual(renderStatus(outcome, application, NOTHING), { status, message });
  assert.equal(message.length > MAXIMUM, exception !== undefined, `${message.length} characters`);
});

Deno.test.each(Object.entries(EXCEPTIONS).map(([name, each]) => ({ name, ...each })))(
  "a status may be longer for $name: $why",
  ({ name, begins }) => {
    const long = ALL.find(({ exception }) => exception === name);
    assert.ok(long?.message.startsWith(begins));
    assert.ok(begins.length <= MAXIMUM);
  },
);

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
  assert.equal(renderStatus(active(rejected), APPLICATION, told).message, message(expected));
});

Deno.test("renderStatus() counts from zero after a status without a number", () => {
  const told = { status: "waiting", message: "No answer from LXD 5.0.2, 7 rejected by it" };
  const { message } = renderStatus(active(undefined), APPLICATION, told);
  assert.equal(message, "LXD 5.0.2: 3 nodes, 1 certificate");
});

Deno.test("renderStatus() counts what the next hook has to do, and blames nobody", () => {
  const outcome = { kind: "unfinished", left: 3, total: 1_000 } as const;
  assert.deepEqual(renderStatus(outcome, "lxd-integrator", { status: "unknown", message: "" }), {
    status: "waiting",
    message: "3 of 1,000 certificates still to do; the next hook goes on",
  });
});

Deno.test.each(
  [
    {
      expiring: [{ ...SOON, kind: "client", requirer: "my-charm/0", days: 12 }],
      warning: "Certificate of my-charm/0 expires in 12 days; ",
    },
    {
      expiring: [
        { ...SOON, kind: "credential", requirer: undefined, days: 1 },
        { ...SOON, kind: "client", requirer: "my-charm/0", days: 12 },
      ],
      warning: "Our certificate expires in 1 day (and 1 more); ",
    },
    {
      expiring: [{ ...SOON, kind: "server", requirer: undefined, days: 0 }],
      warning: "LXD's certificate expires within a day; ",
    },
    {
      expiring: [{ ...SOON, kind: "client", requirer: undefined, days: 2 }],
      warning: "A client's certificate expires in 2 days; ",
    },
    {
      expiring: [{ ...SOON, kind: "client", requirer: "my-charm/0", days: -1 }],
      warning: "Certificate of my-charm/0 expired within the last day; ",
    },
    {
      expiring: [{ ...SOON, kind: "client", requirer: "my-charm/0", days: -3 }],
      warning: "Certificate of my-charm/0 expired 2 days ago; ",
    },
  ] as const,
)("renderStatus() warns: $warning", ({ expiring, warning }) => {
  const { message } = renderStatus({ ...active(2), expiring }, APPLICATION, NOTHING);
  assert.equal(message, `${warning}LXD 5.0.2: 3 nodes, 1 certificate, 2 rejected`);
  assert.ok(warning.length <= MAXIMUM);
  // A relation hook repeats both, and a hook that sees everything ends the warning.
  const told = { status: "active", message };
  assert.equal(renderStatus(active(undefined), APPLICATION, told).message, message);
  const after = renderStatus({ ...active(2), expiring: [] }, APPLICATION, told).message;
  assert.equal(after, "LXD 5.0.2: 3 nodes, 1 certificate, 2 rejected");
});
