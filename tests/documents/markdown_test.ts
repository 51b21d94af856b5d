import assert from "node:assert/strict";
import { anchors, code, links, tables } from "./markdown.ts";

const DOCUMENT = `# Top: a \`b\`, c_d

See [one](one.md) and [a link
over two lines](two.md#x).

\`\`\`shell
# Not a heading
echo "[no](link.md)" | cat
\`\`\`

- An item:

  \`\`\`sh
  # Not a heading
  \`\`\`

## Top: a b, c_d

| a    | b                   |
| ---- | ------------------- |
| \`1\` | \`2 \\| 3\`, [x](y) |
| 4    |                     |

End.
`;

Deno.test("links() reads links over two lines and in tables, and none in code", () => {
  assert.deepEqual(links(DOCUMENT), ["one.md", "two.md#x", "y"]);
});

Deno.test("anchors() counts equal headings, and ignores comments in code", () => {
  assert.deepEqual(anchors(DOCUMENT), ["top-a-b-c_d", "top-a-b-c_d-1"]);
});

Deno.test("code() reads spans and commands, and no other blocks", () => {
  assert.deepEqual(code(DOCUMENT), [
    "b",
    "1",
    "2 \\| 3",
    '# Not a heading\necho "[no](link.md)" | cat\n',
  ]);
});

Deno.test("tables() reads escaped bars and empty cells", () => {
  assert.deepEqual(tables(DOCUMENT), [{
    header: ["a", "b"],
    rows: [["`1`", "`2 | 3`, [x](y)"], ["4", ""]],
  }]);
});
