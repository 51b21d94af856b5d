import assert from "node:assert/strict";
import { describeMissing, isSame, isWithin, join, narrow, parseNames } from "./projects.ts";

Deno.test.each([
  { option: undefined, expected: null },
  { option: " ", expected: null },
  { option: "web", expected: ["web"] },
  { option: " web , db,web,, ", expected: ["db", "web"] },
  { option: ",", expected: undefined },
  { option: "web db", expected: undefined },
  { option: "web/db", expected: undefined },
  { option: "'web'", expected: undefined },
  { option: "x".repeat(1025), expected: undefined },
])("parseNames() reads $option", ({ option, expected }) => {
  assert.deepEqual(parseNames(option), expected);
});

Deno.test.each([
  { a: null, b: null, expected: null },
  { a: null, b: ["web"], expected: null },
  { a: ["web"], b: ["db", "web"], expected: ["db", "web"] },
  { a: [], b: ["web"], expected: ["web"] },
])("join() of $a and $b gives enough to both", ({ a, b, expected }) => {
  assert.deepEqual([join(a, b), join(b, a)], [expected, expected]);
});

Deno.test.each([
  { projects: null, allowed: null, expected: null },
  { projects: ["web"], allowed: null, expected: ["web"] },
  { projects: null, allowed: ["web"], expected: ["web"] },
  { projects: ["db", "web"], allowed: ["web", "x"], expected: ["web"] },
  { projects: ["db"], allowed: ["web"], expected: [] },
])("narrow() leaves of $projects what $allowed allows", ({ projects, allowed, expected }) => {
  assert.deepEqual(narrow(projects, allowed), expected);
});

Deno.test.each([
  { projects: null, allowed: null, expected: true },
  { projects: ["a", "b"], allowed: null, expected: true },
  { projects: ["a", "b"], allowed: ["a", "b"], expected: true },
  { projects: ["a", "b"], allowed: ["a", "b", "c"], expected: true },
  { projects: [], allowed: ["a"], expected: true },
  { projects: ["a", "b"], allowed: ["a"], expected: false },
  { projects: null, allowed: ["a", "b"], expected: false },
])("isWithin() checks $projects by $allowed: $expected", ({ projects, allowed, expected }) => {
  assert.equal(isWithin(projects, allowed), expected);
});

Deno.test("isSame() tells a name with a comma from two names", () => {
  assert.ok(!isSame(["a,b"], ["a", "b"]));
  assert.ok(isSame(["a,b"], ["a,b"]));
});

Deno.test.each([
  { name: "web", isName: true },
  { name: "x".repeat(64), isName: true },
  { name: "x".repeat(1024), isName: true },
  { name: "x".repeat(1025), isName: false },
  { name: "a*b", isName: true },
  { name: "\u{1f600}", isName: true },
  { name: "*", isName: false },
  { name: ".", isName: false },
  { name: "..", isName: false },
  { name: "...", isName: true },
  { name: "a/b", isName: false },
  { name: "a b", isName: false },
  { name: "a\0b", isName: false },
  { name: "a\u001bb", isName: false },
  { name: "a\u0085b", isName: false },
  { name: "a\u202eb", isName: false },
  { name: "a\ud800b", isName: false },
  { name: "a'b", isName: false },
  { name: "-----BEGIN", isName: false },
])("parseNames() takes names as LXD does: $name", ({ name, isName }) => {
  assert.deepEqual(parseNames(name), isName ? [name] : undefined);
});

Deno.test("describeMissing() cuts long names and long lists", () => {
  const names = Array.from({ length: 1000 }, (_, index) => `${index}${"y".repeat(1000)}`);
  const text = describeMissing(names);
  assert.ok(text.length < 500, text);
  assert.match(text, /y\.\.\.", .* and 995 more$/);
});
