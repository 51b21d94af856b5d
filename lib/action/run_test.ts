import assert from "node:assert/strict";
import { SYSTEM_CLOCK } from "../async/clock.ts";
import { createPinnedFetch } from "../requirer/pinned_fetch.ts";
import type { Surroundings } from "../hook.ts";
import { HookToolError } from "../juju/hook_tools.ts";
import { flag } from "./parameters.ts";
import { type Action, perform } from "./run.ts";

/** Surroundings whose action-get gives parameters, with the calls of the other tools. */
function surroundings(parameters: unknown) {
  const calls: string[] = [];
  const given: Surroundings = {
    environment: (name) => name === "JUJU_UNIT_NAME" ? "lxd/0" : "6f1c",
    exec: (tool, args) => {
      if (tool === "action-get") return Promise.resolve(JSON.stringify(parameters));
      calls.push([tool, ...args].join(" "));
      return Promise.resolve("");
    },
    log: (line) => calls.push(line),
    clock: SYSTEM_CLOCK,
    connect: createPinnedFetch,
  };
  return { given, calls };
}

function action(work: Action<{ readonly all: boolean }>["perform"]) {
  return { parameters: { all: flag({ default: false }) }, perform: work };
}

Deno.test("perform() reports results and the failure, each value in one line", async () => {
  const { given, calls } = surroundings({});
  await perform(
    given,
    action((_, { all }) =>
      Promise.resolve({
        results: { all: String(all), rows: { "001": { name: "a\u202e\n=b\0" } } },
        failure: "-x\ny",
      })
    ),
  );
  assert.deepEqual(calls, [
    String.raw`action-set all=false rows.001.name=a\u202e =b\u0000`,
    "action-fail -- -x y",
  ]);
});

Deno.test("perform() refuses a parameter before anything else is done", async () => {
  const { given, calls } = surroundings({ al: true });
  await perform(given, action(() => Promise.reject(new Error("it was performed"))));
  assert.deepEqual(calls, [
    'action-fail -- Cannot use the parameter "al": the action lacks it, it has all',
  ]);
});

Deno.test("perform() fails the action if Juju refuses a hook tool, and throws for a bug", async () => {
  const refusal = new HookToolError("relation-ids", { code: 1, stderr: "ERROR no\nsuch\n" });
  const { given, calls } = surroundings({});
  await perform(given, action(() => Promise.reject(refusal)));
  assert.deepEqual(calls, [
    "action-fail -- Juju refuses a hook tool (no such): run the action again later",
  ]);
  await assert.rejects(
    perform(given, action(() => Promise.reject(new TypeError("bug")))),
    TypeError,
  );
});
