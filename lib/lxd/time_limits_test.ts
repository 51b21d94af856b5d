import assert from "node:assert/strict";
import {
  ADDRESS_LIMIT_MS,
  ENTER_LIMIT_MS,
  LEADER_AGE_MS,
  LXD_LIMIT_MS,
  PAUSES_MS,
  PRESENT_LIMIT_MS,
  REQUEST_LIMIT_MS,
} from "./time_limits.ts";

// What Juju promises to who has asked whether it leads.
const LEASE_MS = 30_000;

// A number where a time is set, instead of the name of a limit.
const NUMBER_REGEXP = /_MS = \d|AbortSignal\.timeout\(\d|setTimeout\(.*, \d|timeout: \d/;

Deno.test("time limits: all that a hook waits for ends before its leadership may", () => {
  const pauses = PAUSES_MS.reduce((sum, pause) => sum + pause);
  assert.ok(LXD_LIMIT_MS + pauses < LEASE_MS);
  for (const limit of [REQUEST_LIMIT_MS, ENTER_LIMIT_MS, PRESENT_LIMIT_MS, ADDRESS_LIMIT_MS]) {
    // Time is left for another member, and for a second request.
    assert.ok(limit + pauses < LXD_LIMIT_MS / 2);
  }
});

Deno.test("time limits: a step ends before the answer by which it began is too old", () => {
  const pauses = PAUSES_MS.reduce((sum, pause) => sum + pause);
  assert.ok(LEADER_AGE_MS + 2 * (REQUEST_LIMIT_MS + pauses) < LXD_LIMIT_MS);
});

Deno.test("time limits: pauses grow", () => {
  assert.deepEqual(PAUSES_MS, PAUSES_MS.toSorted((a, b) => a - b));
});

Deno.test("time limits: no module waits for another time than one of these", async () => {
  const library = new URL("..", import.meta.url);
  const modules = (await Array.fromAsync(walk(library)))
    .filter((path) => !path.endsWith("_test.ts") && !path.endsWith("/lxd/time_limits.ts"));
  assert.ok(modules.length > 30);
  for (const path of modules) {
    assert.doesNotMatch(await Deno.readTextFile(path), NUMBER_REGEXP, path);
  }
});

async function* walk(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* walk(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield new URL(name, folder).pathname;
  }
}
