import assert from "node:assert/strict";
import { glob, readFile, stat } from "node:fs/promises";
import { dirname, extname, join } from "node:path/posix";
import { anchors, code, links } from "./markdown.ts";

const ROOT = join(import.meta.dirname ?? ".", "../..");
const NOT_OURS = ["**/node_modules/**", "dist/**", "coverage/**"];
// Folders of the repository; `dist/` is written by the build.
const PATH = /^(?:\.ci|\.github|build|docs|hooks|interfaces|lib|tests)\/[\w./-]+$/;

const DOCUMENTS = await files("{*,{.github,docs,interfaces,lib,tests}/**/*}.md");
const SOURCES = (await files("{*.json,*.yaml,.ci/run,{build,hooks,lib,tests}/**/*.ts}"))
  // Tests make documents up.
  .filter((path) => !path.endsWith("_test.ts"));

Deno.test("there are documents and sources to check", () => {
  for (const path of ["README.md", "docs/build.md", "tests/charms/my-charm/README.md"]) {
    assert.ok(DOCUMENTS.includes(path), path);
  }
  assert.ok(SOURCES.includes("build/denort_hashes.ts"));
});

Deno.test.each(DOCUMENTS.map((document) => ({ document })))(
  "links of $document lead to files and headings that exist",
  async ({ document }) => {
    const broken: string[] = [];
    for (const link of links(await text(document))) {
      if (!/^[a-z]+:/.test(link) && !await resolves(document, link)) broken.push(link);
    }
    assert.deepEqual(broken, []);
  },
);

Deno.test.each(DOCUMENTS.map((document) => ({ document })))(
  "$document names files that exist",
  async ({ document }) => {
    const named = code(await text(document)).flatMap((words) => words.split(/\s+/))
      .filter((word) => PATH.test(word));
    const missing: string[] = [];
    for (const path of new Set(named)) {
      // A document in a charm's folder names that charm's files.
      if (!await exists(path) && !await exists(join(dirname(document), path))) missing.push(path);
    }
    assert.deepEqual(missing, []);
  },
);

Deno.test("sources name documents that exist", async () => {
  const missing: string[] = [];
  for (const source of SOURCES) {
    const named = (await text(source)).matchAll(/(?<![\w./-])(?:docs\/[\w./-]+|[A-Z]+)\.md\b/g);
    for (const [path] of named) {
      if (!await exists(path)) missing.push(`${source}: ${path}`);
    }
  }
  assert.deepEqual(missing, []);
});

async function files(pattern: string): Promise<string[]> {
  return (await Array.fromAsync(glob(pattern, { cwd: ROOT, exclude: NOT_OURS }))).sort();
}

async function text(path: string): Promise<string> {
  return await readFile(join(ROOT, path), "utf8");
}

async function exists(path: string): Promise<boolean> {
  return await stat(join(ROOT, path)).then(() => true, () => false);
}

/** Whether a link leads to a file or folder, and its anchor to a heading in it. */
async function resolves(document: string, link: string): Promise<boolean> {
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? document : join(dirname(document), decodeURI(file));
  if (path.startsWith("..") || !await exists(path)) return false;
  if (anchor === undefined) return true;
  return extname(path) === ".md" && anchors(await text(path)).includes(anchor);
}
