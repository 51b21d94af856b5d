import assert from "node:assert/strict";
import { split } from "./split.ts";

const DENORT = new Uint8Array(100).fill(7);
const COMPILED = new Uint8Array([
  ...new Uint8Array(64).fill(8),
  ...DENORT.slice(64),
  ...[0, 0, 0, 5, 0, 6],
]);

Deno.test("split() keeps the part that differs from the runtime, without the zeros before it", () => {
  assert.deepEqual(split(COMPILED, DENORT, "hooks/start"), {
    header: new Uint8Array(64).fill(8),
    start: 103,
    tail: new Uint8Array([5, 0, 6]),
  });
});

Deno.test.each([
  { what: "a change behind the header", change: (bytes: typeof COMPILED) => bytes.with(64, 8) },
  { what: "a change at the runtime's end", change: (bytes: typeof COMPILED) => bytes.with(99, 8) },
  { what: "no tail", change: (bytes: typeof COMPILED) => bytes.slice(0, 100) },
])("split() refuses $what", ({ change }) => {
  assert.throws(() => split(change(COMPILED), DENORT, "hooks/start"), {
    name: "BuildError",
    message:
      "Cannot split hooks/start: deno compile changed more of denort than its first 64 bytes",
  });
});
