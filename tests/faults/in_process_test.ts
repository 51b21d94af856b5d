import assert from "node:assert/strict";
import { SCOPES } from "./in_process.ts";

const HOOKS = new URL("../../hooks/", import.meta.url);

Deno.test("in process: each hook is run with the scope that its entry file gives it", () => {
  const found = [...Deno.readDirSync(HOOKS)].filter(({ isFile }) => isFile).map(({ name }) => {
    const source = Deno.readTextFileSync(new URL(name, HOOKS));
    return [name.replace(/\.ts$/, ""), source.match(/await runHook\((\w+)\);/)?.[1]];
  });
  assert.deepEqual(
    Object.fromEntries(found),
    Object.fromEntries(Object.entries(SCOPES).map(([hook, scope]) => [hook, scope.name])),
  );
});
