/**
 * The documents and the metadata in the charm, which Charmhub and operators read.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path/posix";
import { TextWriter, Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import { parse } from "yaml";
import { links } from "../documents/markdown.ts";
import { CHARM, ROOT } from "./project.ts";

const zip = new ZipReader(new Uint8ArrayReader(await Deno.readFile(CHARM)), {
  useWebWorkers: false,
});
const entries = new Map((await zip.getEntries()).map((entry) => [entry.filename, entry]));
const DOCUMENTS = [...entries.keys()].filter((path) => path.endsWith(".md"));

async function read(path: string): Promise<string> {
  const entry = entries.get(path);
  assert.ok(entry && !entry.directory, path);
  return await entry.getData(new TextWriter());
}

Deno.test("the charm has the documents of the repository", async () => {
  for (const path of ["README.md", "CHANGES.md", "SECURITY.md", "docs/README.md", "icon.svg"]) {
    assert.ok(entries.has(path), path);
  }
  const files = await Array.fromAsync(Deno.readDir(`${ROOT}/docs`), ({ name }) => `docs/${name}`);
  for (const path of files.filter((name) => name.endsWith(".md"))) {
    assert.ok(DOCUMENTS.includes(path), path);
  }
});

Deno.test.each(DOCUMENTS.map((document) => ({ document })))(
  "links of $document lead to files in the charm",
  async ({ document }) => {
    const targets = links(await read(document)).filter((link) => !/^(#|https:)/.test(link))
      .map((link) => join(dirname(document), link.replace(/#.*/, "")));
    const isThere = (target: string) =>
      entries.has(target) ||
      entries.keys().some((path) => path.startsWith(target) && target.endsWith("/"));
    assert.deepEqual(targets.filter((target) => !isThere(target)), []);
  },
);

Deno.test("Charmhub takes the title, the summary, the description and the links", async () => {
  const metadata = parse(await read("metadata.yaml"), { version: "1.1" });
  assert.equal(metadata["display-name"], "LXD Integrator");
  assert.ok(metadata.summary.length <= 78, `${metadata.summary.length} characters`);
  assert.ok(metadata.description.length > 200);
  assert.deepEqual(metadata.website, ["https://charmhub.io/lxd-integrator"]);
});

Deno.test("Charmhub takes the icon: a square of 100 that runs and loads nothing", async () => {
  const icon = await read("icon.svg");
  assert.match(
    icon,
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="100" height="100" viewBox="0 0 100 100">/,
  );
  assert.doesNotMatch(
    icon.replace("http://www.w3.org/2000/svg", ""),
    /script|href|http|style|image|\bon\w+=/,
  );
});
