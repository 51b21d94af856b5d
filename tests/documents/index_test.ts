import assert from "node:assert/strict";
import { links } from "./markdown.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const KINDS = ["Tutorial", "How-to guides", "Reference", "Explanation"];

const INDEX = await Deno.readTextFile(new URL("README.md", DOCS));

Deno.test("docs/README.md lists each document once, by kind", async () => {
  const sections = INDEX.split(/^## /m).slice(1);
  assert.deepEqual(sections.map((section) => section.split("\n", 1)[0]), KINDS);
  const listed = sections.flatMap(links).filter((link) => !link.includes("/"));
  const files = await Array.fromAsync(Deno.readDir(DOCS), ({ name }) => name);
  const documents = files.filter((name) => name.endsWith(".md") && name !== "README.md");
  assert.deepEqual(listed.toSorted(), documents.toSorted());
});
