import assert from "node:assert/strict";
import { HookToolError } from "./hook_tools.ts";
import { isRefusal, quoteWords, unlessRefused } from "./refusal.ts";

const REFUSED = new HookToolError("relation-get", { code: 1, stderr: "ERROR permission denied\n" });
const KILLED = new HookToolError("relation-get", {
  code: 137,
  stderr: "killed by SIGKILL",
  signal: "SIGKILL",
});

Deno.test("isRefusal() tells what ran to its end and failed from all else", () => {
  assert.deepEqual(
    [REFUSED, KILLED, new Error("HookToolError"), undefined, "x"].map(isRefusal),
    [true, false, false, false, false],
  );
});

Deno.test("unlessRefused() gives what came of it, and nothing for a refusal", async () => {
  assert.equal(await unlessRefused(Promise.resolve(0)), 0);
  assert.equal(await unlessRefused(Promise.reject(REFUSED)), undefined);
  await assert.rejects(unlessRefused(Promise.reject(KILLED)), KILLED);
});

Deno.test.each([
  { stderr: "ERROR permission denied\n", words: "permission denied" },
  { stderr: "", words: "" },
  {
    stderr: "ERROR a\r\n\tb\u2028c\u200b\x1b[1m\u202ed\x85\ud800",
    words: "a b c\\u200b\\u001b[1m\\u202ed\\u0085\\ud800",
  },
  { stderr: "x".repeat(201), words: `${"x".repeat(197)}...` },
  { stderr: "\u{1f600}".repeat(50), words: "\u{1f600}".repeat(50) },
  { stderr: "\u{1f600}".repeat(51), words: `${"\u{1f600}".repeat(49)}...` },
])("quoteWords() makes one short harmless line of $stderr", ({ stderr, words }) => {
  assert.equal(quoteWords(stderr), words);
});
