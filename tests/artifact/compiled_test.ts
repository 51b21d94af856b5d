/**
 * The compiled form of this charm, as far as it can be shown without `denort`: Deno itself stands in for it. What is
 * compiled with it is Deno, whatever is embedded; so the bytes are what can be held against each other.
 */
import assert from "node:assert/strict";
import { findExecutables } from "../../build/executables.ts";
import { KINDS, type PermissionSet } from "../../build/permissions.ts";
import { readDenoConfig } from "../../build/project.ts";
import { expandArchive } from "../juju/charm/archive.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { run } from "./process.ts";
import { ROOT, task } from "./project.ts";
import { COMPILED, list } from "./small_charm.ts";
import { mountTmpfs } from "./tmpfs.ts";

Deno.test("every executable compiles, and the unit's are what deno compile wrote", async (t) => {
  // Quick: deno compile waits until what it wrote is on the disk.
  await using disk = await mountTmpfs("2g");
  const env = { DENORT_BIN: Deno.execPath(), TMPDIR: disk.path };
  const executables = await findExecutables(ROOT);
  await using plainFolder = await makeFolder();
  const plain = plainFolder.path;
  const compiled = await task(["compile", "--out", plain], env);
  assert.deepEqual({ ...compiled, out: "" }, { code: 0, out: "", err: "" });
  const out = `${disk.path}/out`;
  const built = await task(["build", "--out", out], env);
  assert.deepEqual({ ...built, out: "" }, { code: 0, out: "", err: "" });
  const archive = `${out}/lxd-integrator_amd64.charm`;
  assert.ok(built.out.includes(`bytes, compiled (with DENORT_BIN ${Deno.execPath()})\n`));
  const charm = `${disk.path}/charm`;
  await expandArchive(archive, charm);

  await t.step("one plain executable for each hook and action", async () => {
    assert.deepEqual(await list(plain), executables.map(({ path }) => path).toSorted());
  });
  await t.step("with its permission set embedded", async () => {
    const { permissions } = await readDenoConfig(ROOT);
    for (const { permissions: name } of executables) {
      const payload = await Deno.readTextFile(`${charm}/payload/${name}`);
      const [, json = ""] = /"permissions":(\{.*?\}),"location"/.exec(payload) ?? [];
      // Deno allows imports from some hosts by itself; that all are denied comes before it.
      const { allow_import: _, ...found } = JSON.parse(json);
      assert.deepEqual(found, embedded(permissions[name] ?? {}), name);
    }
  });
  await t.step("put together on the unit, byte for byte", async () => {
    for (const { path, permissions: name } of executables) {
      const { code } = await run([`${charm}/${path}`], { clearEnv: true, env: {} });
      assert.equal(code, 0);
      const made = await list(`${charm}/${COMPILED}`);
      const file = made.find((each) => each.split("/")[1] === name);
      const compared = await run(["cmp", `${charm}/${COMPILED}/${file}`, `${plain}/${path}`]);
      assert.deepEqual(compared, { code: 0, out: "", err: "" });
      // One after another, for the room.
      await Deno.remove(`${charm}/${COMPILED}`, { recursive: true });
    }
  });
  await t.step("and become what was put together", async () => {
    const { path = "" } = executables[0] ?? {};
    const stdin = "console.log(Deno.execPath())\n";
    const { out } = await run([`${charm}/${path}`], { clearEnv: true, env: {}, stdin });
    const [file] = (await list(`${charm}/${COMPILED}`)).filter((each) =>
      each.split("/").length === 2
    );
    assert.ok(out.includes(`${charm}/${COMPILED}/${file?.split("/")[0]}/`), out);
  });
});

/** A folder on the disk: executables with a runtime each are many megabytes. */
async function makeFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await makeTemporaryFolder({ prefix: "plain-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** What `deno compile` embeds of a permission set: an empty list where all is meant. */
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
