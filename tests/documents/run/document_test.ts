import assert from "node:assert/strict";
import { parseDocument } from "./document.ts";

const MARKS = "`".repeat(3);

/** Writes a document of blocks: each is the words behind the fence, and the content. */
function written(...blocks: readonly (readonly [info: string, code: string])[]): string {
  return blocks.map(([info, code]) => `${MARKS}${info}\n${code}\n${MARKS}\n`).join("\n");
}

/** A shell that notes what it runs. */
function noting(output = "") {
  const ran: string[] = [];
  const run = (commands: string) => {
    ran.push(commands);
    return Promise.resolve(output);
  };
  return { ran, run };
}

Deno.test("parseDocument() runs the blocks of the named sections, in order", async () => {
  const text = `# A\n${written(["sh", "one"])}\n## B\n${written(["sh", "two"], ["sh", "three"])}`;
  const document = parseDocument(text, "a.md");
  const shell = noting();
  await document.run(shell, "B");
  assert.deepEqual(shell.ran, ["two\n", "three\n"]);
  await assert.rejects(document.run(shell, "C"), /a\.md: C/);
  assert.throws(() => document.checkAll(), /a\.md: these were not run/);
  await document.run(shell);
  document.checkAll();
});

Deno.test("parseDocument() runs no block that says so, and the test must list it", async () => {
  const document = parseDocument(written(["sh not-run", "reboot\nlogin"], ["sh", "one"]), "a.md");
  const shell = noting();
  await document.run(shell);
  assert.deepEqual(shell.ran, ["one\n"]);
  document.checkAll("reboot");
  assert.throws(() => document.checkAll(), /a\.md: the blocks "sh not-run"/);
  assert.throws(() => document.checkAll("reboot", "shutdown"), /a\.md: the blocks "sh not-run"/);
});

Deno.test("parseDocument() compares outputs, and puts what they tell into later commands", async () => {
  const [example, value] = ["1a".repeat(32), "2b".repeat(32)];
  const text = written(["sh", "list"], ["text", `fingerprint ${example}`], [
    "sh",
    `remove ${example.slice(0, 12)} 10.0.0.1`,
  ]);
  const shell = noting(`fingerprint ${value}\n`);
  await parseDocument(text, "a.md", { "10.0.0.1": "127.5.6.1" }).run(shell);
  assert.deepEqual(shell.ran, ["list\n", `remove ${value.slice(0, 12)} 127.5.6.1\n`]);
  const other = parseDocument(text, "a.md").run(noting("print none\n"));
  await assert.rejects(other, /The output of list/);
});

Deno.test("parseDocument() refuses blocks of which nobody knows whether they should run", () => {
  for (const info of ["shell", "sh skipped", "sh not-run at-all", "console"]) {
    assert.throws(() => parseDocument(written([info, "a"]), "a.md"), /Unknown block/, info);
  }
});
