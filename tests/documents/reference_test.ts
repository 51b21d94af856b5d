import assert from "node:assert/strict";
import { blocksOf } from "../../build/blocks.ts";
import { writeReference } from "../../build/reference.ts";
import { anchors, links, plain } from "./markdown.ts";

const PAGES = await writeReference();

Deno.test.each([...PAGES])("$path is as the code says", ({ text, written, blocks }) => {
  assert.equal(plain(text), plain(written), 'run "deno task schema"');
  assert.deepEqual(blocksOf(text).toSorted(), blocks.toSorted());
});

Deno.test("docs/reference-options.md has a section for each option, with the statuses of its errors", () => {
  const page = PAGES.find(({ path }) => path === "docs/reference-options.md");
  assert.ok(page);
  const options = page.blocks.filter((name) => name.startsWith("option ")).map((name) =>
    name.replace("option ", "")
  );
  const [, ...headings] = anchors(page.text);
  assert.deepEqual(headings.toSorted(), options.toSorted());
  for (const section of page.text.split(/^## /m).slice(1)) {
    const [, errors = ""] = section.split("\nErrors:\n");
    assert.ok(links(errors).length > 0, section);
  }
});
