import assert from "node:assert/strict";
import { LIMITS, TOO_LONG } from "../requirer/limits.ts";
import { createSieve } from "./sieve.ts";

const KEYS = ["a", "b"];

/** Passes an output through a sieve, in chunks of a size. */
function sift(output: string, size = output.length || 1): unknown {
  const sieve = createSieve(KEYS);
  const bytes = new TextEncoder().encode(output);
  for (let at = 0; at < bytes.length; at += size) sieve.push(bytes.subarray(at, at + size));
  const text = sieve.end();
  return text === "" ? undefined : JSON.parse(text);
}

Deno.test.each([
  { what: "nothing", databag: {} },
  { what: "the keys", databag: { a: "1", b: "2" } },
  { what: "an empty text", databag: { a: "" } },
  { what: "escapes", databag: { a: '\\"\n\u0000\u2028\\u12', b: "\\" } },
  { what: "wide characters", databag: { a: "\u00e9\u20ac\u{1f512}" } },
])("createSieve() keeps what relation-get prints, in chunks of any size: $what", ({ databag }) => {
  const outputs = [
    JSON.stringify(databag),
    `${JSON.stringify(databag, null, 2)}\n`,
    // As Go escapes.
    JSON.stringify(databag).replaceAll(
      /[^ -~]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  ];
  for (const output of outputs) {
    for (const size of [1, 2, 3, 5, 7, 11, 1000]) assert.deepEqual(sift(output, size), databag);
  }
});

Deno.test("createSieve() drops other keys, whatever they hold", () => {
  const others = { c: '"},{"a":"x', "\\": "a", ["a".repeat(200)]: "y".repeat(1000) };
  const output = JSON.stringify({ ...others, a: "1", d: "\\" });
  for (const size of [1, 2, 3, 1000]) assert.deepEqual(sift(output, size), { a: "1" });
});

Deno.test("createSieve() keeps a text of the limit, and replaces a longer one", () => {
  const text = "x".repeat(LIMITS.text);
  assert.deepEqual(sift(JSON.stringify({ a: text, b: "1" }), 65_536), { a: text, b: "1" });
  assert.deepEqual(sift(JSON.stringify({ a: `${text}x`, b: "1" }), 65_536), {
    a: TOO_LONG,
    b: "1",
  });
  const zeros = JSON.stringify({ a: "\0".repeat(LIMITS.text + 1), b: "\u00e9" });
  assert.deepEqual(sift(zeros, 65_536), { a: TOO_LONG, b: "\u00e9" });
});

Deno.test("createSieve() forgets what began within a character of a text that is too long", () => {
  const output = JSON.stringify({ a: `${"x".repeat(LIMITS.text)}\u20ac\u20ac`, b: "\u20ac" });
  for (const size of [65_535, 65_536, 65_537]) {
    assert.deepEqual(sift(output, size), { a: TOO_LONG, b: "\u20ac" });
  }
});

Deno.test.each([
  "",
  "null",
  "[]",
  "{",
  '{"a"',
  '{"a":',
  '{"a":1}',
  '{"a":{}}',
  '{"a":"1"} x',
  '{"a":"',
])(
  "createSieve() gives nothing for what is no object of texts: %s",
  (output) => assert.equal(sift(output), undefined),
);
