import assert from "node:assert/strict";
import { reasonOf } from "./deno.ts";

Deno.test.each([
  { stderr: "warning\nerror: Module not found.\n    at x\n", reason: "Module not found." },
  {
    stderr: "error: Writing it\n\nCaused by:\n    0: Bytes\n    1: No space\n\n" +
      "Stack backtrace:\n   0: <unknown>\n",
    reason: "No space",
  },
  { stderr: "error: Writing it\n\nCaused by:\n    No space\n", reason: "No space" },
  { stderr: "", reason: "Deno says no reason" },
])("reasonOf() finds $reason", ({ stderr, reason }) => {
  assert.equal(reasonOf(stderr), reason);
});
