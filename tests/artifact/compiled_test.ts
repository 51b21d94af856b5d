/**
 * Compiles this charm with Deno itself in place of `denort`. Such an executable behaves as Deno and
 * ignores the embedded code, so the test compares bytes.
 */
import assert from "node:assert/strict";
import { type Executable, findExecutables } from "../../build/executables.ts";
import { KINDS, type PermissionSet } from "../../build/permissions.ts";
import { readDenoConfig } from "../../build/project.ts";
import { expandArchive } from "../juju/mod.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { run } from "./process.ts";
import { ROOT, task } from "./project.ts";
import { COMPILED, list } from "./small_charm.ts";
import { mountTmpfs } from "./tmpfs.ts";

Deno.test("every executable compiles, and the unit assembles the same bytes", async (t) => {
  // A disk is slow: deno compile waits until its output is on the disk.
  await using disk = await mountTmpfs("2g");
  const env = { DENORT_BIN: Deno.execPath(), TMPDIR: disk.path };
  const executables = await findExecutables(ROOT);
  await using plainFolder = await makeFolder();
  const plain = plainFolder.path;
  const compiled = await task(["compile", "--out", plain], env);
  assert.deepEqual({ ...compiled, out: "" }, { code: 0, out: "", err: "" });
  const charm = await buildCompiled(disk.path, env);

  await t.step("one plain executable for each hook and action", async () => {
    assert.deepEqual(await list(plain), executables.map(({ path }) => path).toSorted());
  });
  await t.step("with its permission set embedded", async () => {
    const { permissions } = await readDenoConfig(ROOT);
    for (const { name, permissions: set } of executables) {
      const payload = await Deno.readTextFile(`${charm}/payload/${name}`);
      assert.deepEqual(permissionsIn(payload), embedded(permissions[set] ?? {}), name);
    }
  });
  await t.step("assembled on the unit, byte for byte", async () => {
    for (const executable of executables) await compareAssembled(charm, plain, executable);
  });
  await t.step("and become what was assembled", async () => {
    const { path = "" } = executables[0] ?? {};
    const stdin = "console.log(Deno.execPath())\n";
    const { out } = await run([`${charm}/${path}`], { clearEnv: true, env: {}, stdin });
    const [file] = (await list(`${charm}/${COMPILED}`)).filter((each) =>
      each.split("/").length === 2
    );
    assert.ok(out.includes(`${charm}/${COMPILED}/${file?.split("/")[0]}/`), out);
  });
});

/** Builds the charm with a runtime, and expands it. Returns the charm's folder. */
async function buildCompiled(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const out = `${folder}/out`;
  const built = await task(["build", "--out", out], env);
  assert.deepEqual({ ...built, out: "" }, { code: 0, out: "", err: "" });
  assert.ok(built.out.includes(`bytes, compiled (with DENORT_BIN ${Deno.execPath()})\n`));
  const charm = `${folder}/charm`;
  await expandArchive(`${out}/lxd-integrator_amd64.charm`, charm);
  return charm;
}

/** Reads the permission set that an executable has. */
function permissionsIn(payload: string): unknown {
  const [, json = ""] = /"permissions":(\{.*?\}),"location"/.exec(payload) ?? [];
  // Deno adds hosts that it allows imports from. The denial of all imports comes first.
  const { allow_import: _, ...found } = JSON.parse(json);
  return found;
}

async function compareAssembled(
  charm: string,
  plain: string,
  { path, name }: Executable,
): Promise<void> {
  const { code } = await run([`${charm}/${path}`], { clearEnv: true, env: {} });
  assert.equal(code, 0);
  const made = await list(`${charm}/${COMPILED}`);
  const file = made.find((each) => each.split("/")[1] === name);
  const compared = await run(["cmp", `${charm}/${COMPILED}/${file}`, `${plain}/${path}`]);
  assert.deepEqual(compared, { code: 0, out: "", err: "" });
  // The space is enough for one at a time.
  await Deno.remove(`${charm}/${COMPILED}`, { recursive: true });
}

/** Makes a folder on the disk: plain executables are too large for memory. */
async function makeFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await makeTemporaryFolder({ prefix: "plain-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** The form in which `deno compile` embeds a permission set. An empty list allows everything. */
function embedded(set: PermissionSet): Readonly<Record<string, unknown>> {
  const kinds = KINDS.filter((kind) => kind !== "import");
  return {
    ...Object.fromEntries(kinds.flatMap((kind) => [
      [`allow_${kind}`, set[kind] === true ? [] : set[kind] || null],
      [`deny_${kind}`, null],
    ])),
    deny_import: [],
    ignore_env: null,
    ignore_read: null,
    prompt: false,
  };
}
