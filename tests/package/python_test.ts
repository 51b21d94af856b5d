import assert from "node:assert/strict";
import { run } from "../artifact/process.ts";
import { validator } from "../contract/validate.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { readJunit } from "./junit.ts";
import { HISTORIES_JSON, historiesOfLxd } from "./python_histories.ts";
import { installLibrary, LIBRARY, NEWEST, OLDEST } from "./python_library.ts";

const ENV = { PYTHONDONTWRITEBYTECODE: "1" };

Deno.test("python: the library's table of histories is that of the contract", async () => {
  const table = JSON.parse(await Deno.readTextFile(HISTORIES_JSON));
  // If they differ: deno run -A tests/package/python_histories.ts
  assert.deepEqual(table, JSON.parse(JSON.stringify(historiesOfLxd())));
});

Deno.test.each([
  { name: "the newest packages", requirements: NEWEST },
  { name: "the oldest packages", requirements: OLDEST },
])("python: the installed library passes its tests with $name", async (
  { requirements },
  t: Deno.TestContext,
) => {
  const folder = await makeTemporaryFolder({ prefix: "python-" });
  try {
    const python = await installLibrary(requirements, `${folder}/installed`);
    const report = `${folder}/report.xml`;
    const { code, out, err } = await run(
      [python, "-m", "pytest", "--quiet", `--junitxml=${report}`],
      { cwd: LIBRARY, env: { ...ENV, PYTHONPATH: `${folder}/installed`, TMPDIR: folder } },
    );
    const tests = readJunit(await Deno.readTextFile(report).catch(() => ""));
    for (const { name, failure } of tests) {
      await t.step(name, () => assert.equal(failure, undefined, failure));
    }
    assert.equal(code, 0, `${out}${err}`);
    assert.ok(tests.length > 150, `${tests.length} tests`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("python: the library's format, lint and types are strict, and types are installed", async () => {
  const folder = await makeTemporaryFolder({ prefix: "python-" });
  try {
    const python = await installLibrary(NEWEST, `${folder}/installed`);
    const commands = [
      ["ruff", "format", "--no-cache", "--diff", "."],
      ["ruff", "check", "--no-cache", "."],
      ["mypy", "--cache-dir", `${folder}/cache`, "src", "testing/src", "tests/unit"],
    ];
    for (const command of commands) {
      const { code, out, err } = await run([python, "-m", ...command], { cwd: LIBRARY, env: ENV });
      assert.equal(code, 0, `${out}${err}`);
    }
    for (const name of ["lxd", "lxd_testing"]) {
      await Deno.stat(`${folder}/installed/charmlibs/interfaces/${name}/py.typed`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("python: the testing package's relations are as the interface's schemas say", async () => {
  const folder = await makeTemporaryFolder({ prefix: "python-" });
  try {
    const python = await installLibrary(NEWEST, folder);
    const { code, out, err } = await run([python, `${LIBRARY}/tests/answers.py`], {
      env: { ...ENV, PYTHONPATH: folder },
    });
    assert.equal(code, 0, err);
    const { answers, offers } = JSON.parse(out);
    assert.ok(answers.length > 5 && offers.length === answers.length);
    const provider = await validator("lxd-provider");
    const requirer = await validator("lxd-requirer");
    for (const answer of answers) assert.deepEqual(provider(answer), []);
    for (const offer of offers) assert.deepEqual(requirer(offer), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
