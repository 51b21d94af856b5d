import assert from "node:assert/strict";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { chooseRuntime } from "./choose_runtime.ts";
import { type Denort, findDenort } from "./denort.ts";
import { smallDenort } from "./fake_project.ts";
import { sha256Of } from "./sha256.ts";
import { DENO_VERSION } from "./target.ts";
import { makeTemporaryFolder } from "../tests/temporary.ts";

const CACHED = "dl/release/v2.9.6/denort-x86_64-unknown-linux-gnu.zip";

/** Variables of a Deno with an empty cache, and with a network that refuses connections. */
async function surroundings(denort = "") {
  const cache = await makeTemporaryFolder();
  // Deno uses it for its own downloads. Nothing listens there.
  const proxy = "http://127.0.0.1:1";
  return {
    cache,
    env: { DENORT_BIN: denort, HTTPS_PROXY: proxy, DENO_DIR: cache },
    [Symbol.asyncDispose]: () => Deno.remove(cache, { recursive: true }),
  };
}

async function keep(cache: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const zip = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  await zip.add(name, new Uint8ArrayReader(bytes));
  const path = `${cache}/${CACHED}`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeFile(path, await zip.close());
}

function whereOf(denort: Denort): string {
  return denort.kind === "found" ? denort.where : denort.why;
}

Deno.test("findDenort() takes DENORT_BIN first", async () => {
  await using here = await surroundings(Deno.execPath());
  const denort = await findDenort("amd64", here.env);
  assert.equal(whereOf(denort), `DENORT_BIN ${Deno.execPath()}`);
});

Deno.test("findDenort() takes Deno's cache next", async () => {
  await using here = await surroundings();
  const bytes = await smallDenort();
  await keep(here.cache, "denort", bytes);
  const hashes = { [DENO_VERSION]: { amd64: await sha256Of(bytes) } };
  const denort = await findDenort("amd64", here.env, hashes);
  assert.equal(whereOf(denort), "denort of Deno's cache");
  assert.ok(denort.kind === "found");
  assert.deepEqual(denort.bytes, bytes);
});

Deno.test("findDenort() trusts no download that is not listed", async () => {
  await using here = await surroundings();
  const bytes = await smallDenort();
  const sha256 = await sha256Of(bytes);
  await keep(here.cache, "denort", bytes);
  for (const hashes of [{}, { [DENO_VERSION]: {} }, { "1.0.0": { amd64: sha256 } }]) {
    const denort = await findDenort("amd64", here.env, hashes);
    assert.equal(
      whereOf(denort),
      `denort of Deno's cache is not trusted: its SHA-256, ${sha256}, is not in ` +
        `build/denort_hashes.ts for Deno ${DENO_VERSION} and amd64; ` +
        "verify it and add it, or name the file by DENORT_BIN",
    );
  }
  const expected = "0".repeat(64);
  await assert.rejects(
    findDenort("amd64", here.env, { [DENO_VERSION]: { amd64: expected } }),
    {
      name: "BuildError",
      message: "Cannot compile with denort of Deno's cache: " +
        `its SHA-256 is ${sha256}, and must be ${expected}`,
    },
  );
  // The repository lists no file that nobody has verified.
  const auto = await chooseRuntime({ form: "auto", arch: "amd64", env: here.env });
  assert.equal(auto.form, "bundled");
  assert.match(auto.reason, /is not trusted/);
  await assert.rejects(chooseRuntime({ form: "compiled", arch: "amd64", env: here.env }), {
    name: "BuildError",
    message: /^Cannot compile: denort of Deno's cache is not trusted/,
  });
});

Deno.test("findDenort() returns where it looked, and why the download failed", async () => {
  await using here = await surroundings();
  const why = whereOf(await findDenort("amd64", here.env));
  assert.match(
    why,
    /^DENORT_BIN is not set, Deno's cache has no denort, and it cannot be downloaded: .+$/,
  );
  const auto = await chooseRuntime({ form: "auto", arch: "amd64", env: here.env });
  assert.deepEqual([auto.form, auto.reason], ["bundled", why]);
  await assert.rejects(chooseRuntime({ form: "compiled", arch: "amd64", env: here.env }), {
    name: "BuildError",
    message: `Cannot compile: ${why}`,
  });
});

Deno.test.each([
  { path: "/bin/true", why: "it is not of Deno 2.9.6" },
  { path: "/etc/hostname", why: "it is no ELF file of 64 bits" },
  { path: "/nowhere", why: "No such file or directory (os error 2): readfile '/nowhere'" },
])("findDenort() refuses $path", async ({ path, why }) => {
  await using here = await surroundings(path);
  // With the form `auto` as well: a person who names a file wants that file.
  await assert.rejects(chooseRuntime({ form: "auto", arch: "amd64", env: here.env }), {
    name: "BuildError",
    message: `Cannot compile with DENORT_BIN ${path}: ${why}`,
  });
});

Deno.test("findDenort() refuses a broken cache", async () => {
  await using here = await surroundings();
  await keep(here.cache, "deno", await smallDenort());
  await assert.rejects(findDenort("amd64", here.env), {
    name: "BuildError",
    message: `Cannot read ${here.cache}/${CACHED}: it has no denort`,
  });
});

Deno.test("chooseRuntime() compiles if there is a denort, unless the form is bundled", async () => {
  await using here = await surroundings(Deno.execPath());
  const forms = (["auto", "compiled", "bundled"] as const)
    .map(async (form) => (await chooseRuntime({ form, arch: "amd64", env: here.env })).form);
  assert.deepEqual(await Promise.all(forms), ["compiled", "compiled", "bundled"]);
});
