import assert from "node:assert/strict";
import { unlink } from "./documents.ts";

const PACKED = new Set(["README.md", "docs/a.md", "docs/decisions/001-one.md"]);

Deno.test.each([
  { what: "a link upwards", text: "[R](../README.md#more)", expected: "[R](../README.md#more)" },
  { what: "a folder of packed files", text: "[D](decisions/)", expected: "[D](decisions/)" },
  { what: "a heading", text: "[x](#x)", expected: "[x](#x)" },
  { what: "code in the text", text: "[`x` y](../lib/x.ts)", expected: "`x` y" },
  { what: "a link over two lines", text: "[a\nb](../lib/x.ts)", expected: "a\nb" },
  { what: "a picture", text: "![A picture](gone.svg)", expected: "A picture" },
  { what: "a link in code", text: "`[x](gone.md)`", expected: "`[x](gone.md)`" },
  {
    what: "a link in a block of code",
    text: "```md\n[x](gone.md)\n```\n[y](gone.md)",
    expected: "```md\n[x](gone.md)\n```\ny",
  },
])("unlink() reads $what", ({ text, expected }) => {
  assert.equal(unlink(text, "docs/a.md", PACKED), expected);
});
