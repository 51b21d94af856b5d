import assert from "node:assert/strict";
import { type Examples, match } from "./examples.ts";

const NONE: Examples = new Map();
const [FINGERPRINT, OTHER] = ["0a".repeat(32), "1b".repeat(32)];

Deno.test("match() takes other values of the same kind, and no other text", () => {
  const pairs = [
    ["8a41c0f7b35e", "0123456789ab"],
    [FINGERPRINT, OTHER],
    ["6f1c0a52-0c1b-4a1e-9d56-0e1c6a0a7a11", "11111111-2222-3333-4444-555555555555"],
    ["secret:d3kqsnnmp25c7f5ng6t0", "secret:c0000000000000000001"],
    ["10.0.0.1:8443", "127.0.0.1:8443"],
    ["2026-01-02T03:04:05Z", "2027-11-12T13:14:15Z"],
    ["Dec 1, 2026 at 9:00am (UTC)", "Nov 27, 2026 at 10:27pm (UTC)"],
  ] as const;
  for (const [example, value] of pairs) {
    assert.ok(match(`a ${example} b\n`, `a ${value} b\n`, NONE), example);
    assert.equal(match(`a ${example} b\n`, `a ${value} c\n`, NONE), undefined, example);
    assert.equal(match(`a ${example} b\n`, "a value b\n", NONE), undefined, example);
  }
});

Deno.test("match() takes an example for the same value each time, except for times", () => {
  assert.ok(match("0123456789ab\n0123456789ab\n", "1123456789ab\n1123456789ab\n", NONE));
  assert.equal(
    match("0123456789ab\n0123456789ab\n", "1123456789ab\n2123456789ab\n", NONE),
    undefined,
  );
  const [one, two] = ["2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z"];
  assert.ok(match(`${one}\n${one}\n`, `${one}\n${two}\n`, NONE));
});

Deno.test("match() takes another example for another value", () => {
  assert.ok(match("0123456789ab\n1123456789ab\n", "2123456789ab\n3123456789ab\n", NONE));
  assert.equal(
    match("0123456789ab\n1123456789ab\n", "2123456789ab\n2123456789ab\n", NONE),
    undefined,
  );
});

Deno.test("match() knows the first digits of a fingerprint", () => {
  const [first = "", other = ""] = [FINGERPRINT, OTHER].map((text) => text?.slice(0, 12));
  const known = match(`${FINGERPRINT}\n`, `${OTHER}\n`, NONE);
  assert.ok(known && match(`${first}\n`, `${other}\n`, known));
  assert.equal(match(`${first}\n`, `${first}\n`, known), undefined);
  const digits = match(`${first}\n`, `${other}\n`, NONE);
  assert.equal(digits && match(`${FINGERPRINT}\n`, `${FINGERPRINT}\n`, digits), undefined);
});

Deno.test("match() takes three dots for any text or lines, and widths for nothing", () => {
  assert.ok(match("a ... d\n", "a b c d\n", NONE));
  assert.ok(match("...\nc\n...\n", "a\nb\nc\n", NONE));
  assert.ok(match("| a |\n+---+\n", "|   a    |\n+--------+\n", NONE));
  for (const output of ["a\nb\n", "c\nb\n", ""]) {
    assert.equal(match("a\n...\nc\n", output, NONE), undefined, output);
  }
  assert.equal(match("a\n", "a\nb\n", NONE), undefined);
  assert.equal(match("a.c\n", "abc\n", NONE), undefined);
});
