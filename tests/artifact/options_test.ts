/**
 * The options that charmcraft.yaml declares, and the options that the code reads.
 */
import assert from "node:assert/strict";
import { glob } from "node:fs/promises";
import { readCharmcraft } from "../../build/project.ts";
import { ROOT } from "./project.ts";

/** How lib/ reads an option. */
const READ_REGEXP = /\bconfig\["([\w-]+)"\]|\boption\(config, "([\w-]+)"\)/g;

async function readOptions(): Promise<ReadonlySet<string>> {
  const paths = await Array.fromAsync(glob("lib/**/*.ts", { cwd: ROOT }));
  const sources = paths.filter((path) => !path.endsWith("_test.ts"));
  const texts = await Promise.all(sources.map((path) => Deno.readTextFile(`${ROOT}/${path}`)));
  return new Set(
    texts.flatMap((text) => [...text.matchAll(READ_REGEXP)])
      .flatMap(([, ...names]) => names.filter((name) => name !== undefined)),
  );
}

async function declaredOptions(): Promise<ReadonlySet<string>> {
  const { all } = await readCharmcraft(ROOT);
  const { options } = all["config"] as { readonly options: Readonly<Record<string, unknown>> };
  return new Set(Object.keys(options));
}

Deno.test("lib/ reads every option that charmcraft.yaml declares, and no other", async () => {
  const [read, declared] = await Promise.all([readOptions(), declaredOptions()]);
  const unread = [...declared.difference(read)].join(", ");
  assert.equal(unread, "", `charmcraft.yaml declares options that lib/ does not read: ${unread}`);
  const undeclared = [...read.difference(declared)].join(", ");
  assert.equal(undeclared, "", `lib/ reads options that charmcraft.yaml lacks: ${undeclared}`);
});
