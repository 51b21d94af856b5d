import assert from "node:assert/strict";
import { createActionTools } from "./action_tools.ts";

Deno.test("actionSet() gives no program more arguments than it can take", async () => {
  const calls: (readonly string[])[] = [];
  const { actionSet } = createActionTools((_tool, args) => {
    calls.push(args);
    return Promise.resolve("");
  });
  const names = Array.from({ length: 250 }, (_, index) => `k${index}`);
  await actionSet(Object.fromEntries(names.map((name) => [name, "x".repeat(9000)])));
  assert.deepEqual(calls.map((args) => args.length), [100, 100, 50]);
  assert.deepEqual(calls.flat().map((text) => text.split("=")[0]), names);
  const longest = Math.max(...calls.flat().map((text) => text.length));
  assert.ok(longest < 4200, `${longest} characters`);
});

Deno.test("actionLog() fails no action", async () => {
  const { actionLog } = createActionTools(() => Promise.reject(new Error("no agent")));
  await actionLog("a line");
});
