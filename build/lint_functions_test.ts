import assert from "node:assert/strict";
import plugin from "./lint.ts";

function lint(path: string, code: string): readonly string[] {
  return Deno.lint.runPlugin(plugin, path, code).map(({ message }) => message);
}

function ofLines(count: number): string {
  return `export const run = () => {\n${"go();\n".repeat(count - 2)}};`;
}

Deno.test("length allows 50 lines", () => {
  assert.deepEqual(lint("build/a.ts", ofLines(50)), []);
});

Deno.test("length refuses 51 lines", () => {
  const message = "A function may have 50 lines, not 51";
  const code = ofLines(51);
  assert.deepEqual(lint("build/a.ts", code), [message]);
  assert.deepEqual(lint("build/a_test.ts", `Deno.test("a", ${code.slice(19, -1)});`), [message]);
  assert.deepEqual(lint("build/a.ts", code.replace("const run = () =>", "function run()")), [
    message,
  ]);
  const method = code.replace("export const run = () =>", "export class A {\nrun()");
  assert.deepEqual(lint("build/a.ts", `${method}}`), [message]);
});

Deno.test.each([
  { code: "function run(a: A, b: B, c: C) {}" },
  { code: "const run = ({ isIt = false }: Options) => isIt;" },
  { code: "type Run = (values: readonly boolean[]) => boolean;" },
  { code: "function isText(value: unknown): value is string {}" },
])("parameters allows $code", ({ code }) => {
  assert.deepEqual(lint("build/a.ts", code), []);
});

Deno.test.each([
  { code: "function run(a: A, b: B, c: C, d: D) {}" },
  { code: "function run(a: A, b: B, c: C, ...d: D[]) {}" },
  { code: "const run = (a: A, b: B, c: C, d: D) => {};" },
  { code: "class A { constructor(a: A, b: B, c: C, d: D) {} }" },
  { code: "class A { run(a: A, b: B, c: C, d: D) {} }" },
  { code: "abstract class A { abstract run(a: A, b: B, c: C, d: D): void }" },
  { code: "type Run = (a: A, b: B, c: C, d: D) => void;" },
  { code: "interface A { run(a: A, b: B, c: C, d: D): void }" },
  { code: "interface A { (a: A, b: B, c: C, d: D): void }" },
  { code: "declare function run(a: A, b: B, c: C, d: D): void;" },
])("parameters counts them in $code", ({ code }) => {
  assert.deepEqual(lint("build/a.ts", code), [
    "A function may take 3 parameters, not 4: the last can be an object of options",
  ]);
});

Deno.test.each([
  { code: "function run(isIt: boolean) {}" },
  { code: "function run(isIt?: boolean) {}" },
  { code: "function run(isIt = true) {}" },
  { code: "function run(isIt: boolean = read()) {}" },
  { code: "const run = (isIt: boolean | undefined) => {};" },
  { code: "type Run = (isIt: boolean) => void;" },
])("parameters refuses a boolean in $code", ({ code }) => {
  assert.deepEqual(lint("build/a.ts", code), [
    "A parameter may not be a boolean: take an object of options",
  ]);
});
