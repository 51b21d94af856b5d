/**
 * Runs the scenarios again over the other servers: each dialect of the stand-in, and Incus. Hooks
 * run in a process of the tests, except for a sample of the built charm over Incus. Over LXD, all
 * scenarios run the built charm.
 */
import assert from "node:assert/strict";
import { run } from "../artifact/process.ts";
import { ensureIncus } from "../lxd/ensure_incus.ts";
import type { ServerName } from "../lxd/servers.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** Scenarios that need nothing but the trust store, members and projects. */
const FILES = [
  "actions_change",
  "actions_check",
  "actions_list",
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

/** Scenarios that also run over Incus. They are fewer, because its daemons are slow. */
const WITH_INCUS = ["chains", "cluster", "credentials", "leadership", "projects", "takeover"];

interface Round {
  readonly server: ServerName;
  readonly hooks: "in process" | "built";
  readonly files: readonly string[];
  /** Number of scenarios in these files that this server cannot show. */
  readonly ignored: number;
}

const ROUNDS: readonly Round[] = [
  { server: "6.10", hooks: "in process", files: FILES, ignored: 9 },
  { server: "5.21.7", hooks: "in process", files: FILES, ignored: 9 },
  { server: "5.0.2", hooks: "in process", files: FILES, ignored: 6 },
  { server: "Incus", hooks: "in process", files: WITH_INCUS, ignored: 3 },
  { server: "Incus", hooks: "built", files: ["https", "requirers"], ignored: 0 },
];

for (const { server, hooks, files, ignored } of ROUNDS) {
  Deno.test(`scenarios over the server ${server}, hooks ${hooks}`, async () => {
    if (server === "Incus") await ensureIncus();
    const paths = files.map((name) => `tests/scenarios/${name}_test.ts`);
    const { code, out, err } = await run([Deno.execPath(), "test", "-A", "--no-check", ...paths], {
      cwd: ROOT,
      env: { SERVER: server, HOOKS: hooks, NO_COLOR: "1" },
    });
    assert.equal(code, 0, `${out}\n${err}`);
    const [, passed, others = "0"] =
      out.match(/^ok \| (\d+) passed \| 0 failed(?: \| (\d+) ignored)?/m) ?? [];
    await say(`${passed} scenarios over ${server}, hooks ${hooks}; ${others} that it cannot show`);
    assert.deepEqual([Number(passed) > 0, Number(others)], [true, ignored], out);
  });
}

async function say(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}
