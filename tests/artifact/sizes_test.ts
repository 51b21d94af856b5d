/**
 * Size of the charm, and its list of contents.
 */
import assert from "node:assert/strict";
import { TextWriter, Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import { findExecutables } from "../../build/executables.ts";
import { CHARM, ROOT } from "./project.ts";

/** Largest size of the charm, in bytes. */
const CHARM_LIMIT = 45_000_000;
/** Largest size of a hook's own code. */
const CODE_LIMIT = 116_000;
/** Largest size of an action's own code: one of them is a hook beside its parameters and results. */
const ACTION_LIMIT = 120_000;
/** Largest size of a hook or an action in the archive: code and stub. */
const HOOK_LIMIT = 60_000;
/** Largest size of the charm on the unit, without the runtime. */
const REST_LIMIT = 2_800_000;
const RUNTIME = "runtime/deno";

const bytes = await Deno.readFile(CHARM);
const zip = new ZipReader(new Uint8ArrayReader(bytes), { useWebWorkers: false });
const entries = new Map((await zip.getEntries()).map((entry) => [entry.filename, entry]));

function entryOf(path: string) {
  const entry = entries.get(path);
  assert.ok(entry && !entry.directory, path);
  return entry;
}

async function read(path: string): Promise<string> {
  return await entryOf(path).getData(new TextWriter());
}

Deno.test("the charm is as small as promised", () => {
  assert.ok(bytes.length <= CHARM_LIMIT, `${bytes.length} bytes`);
});

Deno.test("a unit has the runtime once, and little more", () => {
  const rest = entries.values().filter(({ filename }) => filename !== RUNTIME)
    .reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  assert.ok(rest <= REST_LIMIT, `${rest} bytes`);
});

Deno.test.each(await findExecutables(ROOT))("$path is as small as promised", ({ path }) => {
  const [stub, bundle] = [entryOf(path), entryOf(`bundle/${path}.js`)];
  const limit = path.startsWith("hooks/") ? CODE_LIMIT : ACTION_LIMIT;
  assert.ok(bundle.uncompressedSize <= limit, `${bundle.uncompressedSize} bytes of code`);
  const added = stub.compressedSize + bundle.compressedSize;
  assert.ok(added <= HOOK_LIMIT, `${added} bytes in the charm`);
});

Deno.test("the list of contents is in the charm and beside it, with licenses", async () => {
  const text = await read("sbom.cdx.json");
  assert.equal(text, await Deno.readTextFile(CHARM.replace(/\.charm$/, ".cdx.json")));
  const { metadata, components } = JSON.parse(text);
  const { imports } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const [, zod] = /^npm:zod@([^/]+)/.exec(imports["zod/mini"]) ?? [];
  const described = [metadata.component, ...components].map((each) =>
    [each.name, each.version, each.licenses[0].expression].join(" ")
  );
  assert.deepEqual(described, [
    "lxd-integrator  Apache-2.0",
    `deno ${Deno.version.deno} MIT`,
    `zod ${zod} MIT`,
  ]);
});

Deno.test("the hash of the runtime is in the list of contents", async () => {
  const { components } = JSON.parse(await read("sbom.cdx.json"));
  const deno = await Deno.readFile(Deno.execPath());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", deno)).toHex();
  assert.deepEqual(components[0].hashes, [{ alg: "SHA-256", content: digest }]);
});
