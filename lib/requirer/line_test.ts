import assert from "node:assert/strict";
import { byteLength, line, list, visible } from "./line.ts";

// Each is a kind of its own among the characters that nobody sees.
const INVISIBLE = [
  { what: "NUL", text: "\0", shown: "\\u0000" },
  { what: "BEL", text: "\x07", shown: "\\u0007" },
  { what: "ESC", text: "\x1b", shown: "\\u001b" },
  { what: "DEL", text: "\x7f", shown: "\\u007f" },
  { what: "NEL", text: "\x85", shown: "\\u0085" },
  { what: "CSI", text: "\x9b", shown: "\\u009b" },
  { what: "a soft hyphen", text: "\xad", shown: "\\u00ad" },
  { what: "a zero width space", text: "\u200b", shown: "\\u200b" },
  { what: "a right-to-left mark", text: "\u200f", shown: "\\u200f" },
  { what: "a line separator", text: "\u2028", shown: "\\u2028" },
  { what: "a paragraph separator", text: "\u2029", shown: "\\u2029" },
  { what: "a right-to-left override", text: "\u202e", shown: "\\u202e" },
  { what: "an isolate", text: "\u2066", shown: "\\u2066" },
  { what: "a byte order mark", text: "\ufeff", shown: "\\ufeff" },
  { what: "no character", text: "\uffff", shown: "\\uffff" },
  { what: "a lone surrogate", text: "\ud800", shown: "\\ud800" },
  { what: "what is private", text: "\ue000", shown: "\\ue000" },
  { what: "what is not assigned", text: "\u0378", shown: "\\u0378" },
  { what: "a tag", text: "\u{e0041}", shown: "\\u{e0041}" },
  { what: "what is private beyond 16 bits", text: "\u{10fffd}", shown: "\\u{10fffd}" },
];

Deno.test.each(INVISIBLE)("visible() escapes $what", ({ text, shown }) => {
  assert.equal(visible(`a${text}b${text}`), `a${shown}b${shown}`);
});

Deno.test("visible() leaves what can be seen", () => {
  const text = 'gr\u00fc\u00df \u4e16 \u{1f512} \\u0000 "quoted" e\u0301';
  assert.equal(visible(text), text);
});

Deno.test.each([
  { text: "", shown: "" },
  { text: " a\r\n\tb\u2028c\u00a0\ufeffd\n", shown: "a b c d" },
  { text: "a\x1b[1m\nb\0", shown: "a\\u001b[1m b\\u0000" },
  { text: "x".repeat(20), shown: "x".repeat(20) },
  { text: "x".repeat(21), shown: `${"x".repeat(17)}...` },
  { text: "\u{1f512}".repeat(5), shown: "\u{1f512}".repeat(5) },
  { text: "\u{1f512}".repeat(6), shown: `${"\u{1f512}".repeat(4)}...` },
  { text: "\0".repeat(4), shown: `${"\\u0000".repeat(2)}\\u000...` },
])("line() makes one short line of $text, and leaves that as it is", ({ text, shown }) => {
  assert.equal(line(text, 20), shown);
  assert.equal(line(shown, 20), shown);
});

Deno.test("line() has at most 4 kB by default", () => {
  assert.equal(byteLength(line("\u00fc".repeat(200_000))), 4095);
});

Deno.test("list() shows as much as there is room for, and counts the rest", () => {
  const names = Array.from({ length: 3000 }, (_, index) => `\u00fc${index}`);
  for (const maximum of [40, 100, 4096]) {
    const text = list(names, maximum);
    const [, shown = "", more = ""] = text.match(/^(.*), and (\d+) more$/) ?? [];
    assert.deepEqual(shown.split(", "), names.slice(0, 3000 - Number(more)));
    assert.ok(byteLength(text) <= maximum, text);
  }
  assert.equal(list(["a", "b"], 40, { separator: "; " }), "a; b");
  assert.equal(list(["a", "b"], 40, { separator: "; ", count: 9 }), "a; b; and 7 more");
  assert.equal(list([], 40, { count: 9 }), "and 9 more");
  assert.equal(list(["a\0", "b\nc"], 40), "a\\u0000, b c");
});

Deno.test("list() cuts an item that is too long alone", () => {
  const text = list(["x".repeat(500), "y".repeat(40)], 100);
  assert.equal(text, `${"x".repeat(65)}..., and 1 more`);
  assert.equal(list(["x".repeat(500)], 100), `${"x".repeat(65)}...`);
});
