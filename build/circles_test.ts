import assert from "node:assert/strict";
import { glob } from "node:fs/promises";
import { circlesIn, importsOf } from "./circles.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const MODULES = "{actions,build,hooks,lib,tests}/**/*.ts";

Deno.test("no modules import each other in a circle", async () => {
  const paths = await Array.fromAsync(glob(MODULES, { cwd: ROOT }));
  assert.ok(paths.includes("build/circles.ts"));
  const imports = new Map(paths.map((path) => {
    return [path, importsOf(path, Deno.readTextFileSync(`${ROOT}${path}`))];
  }));
  const circles = circlesIn(imports);
  const list = circles.map((circle) => `\n- ${circle.join(", ")}`).join("");
  assert.deepEqual(circles, [], `These modules import each other in a circle:${list}`);
});

Deno.test.each([
  { code: 'import { a } from "./b.ts";', imports: ["lib/x/b.ts"] },
  { code: 'import type { A } from "../b.ts";', imports: ["lib/b.ts"] },
  {
    code: 'export { a } from "./b.ts"; export * from "./c.ts";',
    imports: ["lib/x/b.ts", "lib/x/c.ts"],
  },
  { code: 'await import("./b.ts");', imports: ["lib/x/b.ts"] },
  { code: 'type A = import("./b.ts").A;', imports: ["lib/x/b.ts"] },
  { code: 'import "node:fs"; import * as z from "zod/mini"; export {};', imports: [] },
  { code: "const text = 'import \"./b.ts\";';", imports: [] },
])("importsOf() reads $code", ({ code, imports }) => {
  assert.deepEqual(importsOf("lib/x/a.ts", code), imports);
});

Deno.test.each([
  { what: "no circle", imports: { a: ["b", "c"], b: ["c"], c: [] }, circles: [] },
  { what: "a module that imports itself", imports: { a: ["a"], b: ["a"] }, circles: [["a"]] },
  {
    what: "a circle of three, once",
    imports: { z: ["c"], c: ["a"], a: ["b"], b: ["c"] },
    circles: [["a", "b", "c"]],
  },
  {
    what: "two circles that meet as one",
    imports: { a: ["b"], b: ["a", "c"], c: ["b"] },
    circles: [["a", "b", "c"]],
  },
  {
    what: "two circles, one of which imports the other",
    imports: { c: ["d"], d: ["c", "a"], a: ["b"], b: ["a"] },
    circles: [["a", "b"], ["c", "d"]],
  },
  { what: "what is not there as no circle", imports: { a: ["missing"] }, circles: [] },
])("circlesIn() finds $what", ({ imports, circles }) => {
  assert.deepEqual(circlesIn(new Map(Object.entries<readonly string[]>(imports))), circles);
});
