/**
 * The scenarios again, over the other servers: every version that the stand-in speaks for, and Incus.
 * The hooks run in a process of the tests, but for a sample over Incus; over LXD they all run as the
 * built charm's.
 */
import assert from "node:assert/strict";
import { run } from "../artifact/process.ts";
import { ensureIncus } from "../lxd/ensure_incus.ts";
import type { ServerName } from "../lxd/servers.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** Scenarios that need nothing but the trust store, members and projects. */
const FILES = [
  "bad_input",
  "chains",
  "cluster",
  "credentials",
  "force",
  "https",
  "keys",
  "leadership",
  "projects",
  "requirers",
  "secret",
  "server_certificate",
  "takeover",
];

/** What only a real LXD 5.0.2 shows. */
const ONLY_LXD = [
  // How it lets restricted clients use what is in a project.
  "projects: a requirer narrows, never widens, and can do in LXD what it was given",
];
/** What only a real server shows. */
const ONLY_REAL = [
  ...ONLY_LXD,
  // Members that notice by themselves who is gone.
  "cluster: one member lost, then all, and everything caught up once they are back",
  // The TLS of Go, beside which the stand-in's refuses certificates with a critical extension.
  "keys: who is told as trusted gets in, and everyone else is told why not",
];
/** What the original charm could do with servers that take a name more than once. */
const ONLY_OLDER = [
  "takeover: what the original published as lists, and is wanted, becomes ours",
  "takeover: what the original published as JSON in JSON, and is wanted, becomes ours",
  "takeover: refreshed while LXD is away, with two units that told different things",
  "takeover: whatever is in a common name",
];

interface Round {
  readonly server: ServerName;
  readonly hooks: "in process" | "built";
  readonly files: readonly string[];
  /** Names of scenarios that cannot be played. */
  readonly without: readonly string[];
}

const ROUNDS: readonly Round[] = [
  {
    server: "6.10",
    hooks: "in process",
    files: FILES,
    without: [...ONLY_REAL, ...ONLY_OLDER],
  },
  {
    server: "5.21.7",
    hooks: "in process",
    files: FILES,
    without: [...ONLY_REAL, ...ONLY_OLDER],
  },
  { server: "5.0.2", hooks: "in process", files: FILES, without: ONLY_REAL },
  {
    server: "Incus",
    hooks: "in process",
    files: FILES,
    without: [
      ...ONLY_LXD,
      // A member of Incus that hung goes on trusting what was revoked meanwhile, until it hears of
      // another change.
      "cluster: the credential's member hangs, and another one is used",
    ],
  },
  { server: "Incus", hooks: "built", files: ["https", "requirers"], without: [] },
];

for (const { server, hooks, files, without } of ROUNDS) {
  Deno.test(`scenarios over the server ${server}, hooks ${hooks}`, async () => {
    if (server === "Incus") await ensureIncus();
    const others = without.map((name) => RegExp.escape(name)).join("|");
    const filter = without.length > 0 ? [`--filter=/^(?!(${others})$)/`] : [];
    const paths = files.map((name) => `tests/scenarios/${name}_test.ts`);
    const command = [Deno.execPath(), "test", "-A", "--no-check", ...filter, ...paths] as const;
    const { code, out, err } = await run(command, {
      cwd: ROOT,
      env: { SERVER: server, HOOKS: hooks, NO_COLOR: "1" },
    });
    assert.equal(code, 0, `${out}\n${err}`);
    // A filter that fits nothing would let nothing fail.
    assert.match(out, /^ok \| [1-9]\d* passed \| 0 failed/m);
    const names = new Set(out.match(/^[a-z][^.\n]*(?= \.\.\. ok)/gm));
    assert.ok(files.every((file) => out.includes(`tests/scenarios/${file}_test.ts`)));
    assert.ok(without.every((name) => !names.has(name)));
  });
}
