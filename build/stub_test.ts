import assert from "node:assert/strict";
import { renderBundledStub, renderCompiledStub } from "./stub.ts";
import { makeTemporaryFolder } from "../tests/temporary.ts";

Deno.test("renderBundledStub() is a few lines of sh", () => {
  const stub = renderBundledStub({
    runtime: "runtime/deno",
    bundle: "bundle/hooks/start.js",
    permissions: ["--allow-env=JUJU_*,PATH", "--allow-net"],
  });
  assert.equal(
    stub,
    `#!/bin/sh
self=$0
[ ! -L "$self" ] || self=$(/usr/bin/readlink -f -- "$self") || exit
charm=$(CDPATH= cd -P -- "\${self%/*}/.." && pwd -P) || exit
export PATH="$charm"/runtime/tools"\${PATH:+:$PATH}"
[ ! -e "$charm"/runtime/compiled ] || /bin/rm -rf "$charm"/runtime/compiled
export HOME="$charm" DENO_DIR="$charm"/runtime/cache
export NO_COLOR=1 DENO_NO_UPDATE_CHECK=1 DENO_DISABLE_NODE_SHIM=1
exec "$charm"/runtime/deno run \\
  --quiet \\
  --no-prompt \\
  --no-config \\
  --no-remote \\
  --no-npm \\
  '--allow-env=JUJU_*,PATH' \\
  --allow-net \\
  "$charm"/bundle/hooks/start.js
`,
  );
});

Deno.test("renderBundledStub() quotes characters with a meaning in sh", () => {
  const paths = { runtime: "deno", bundle: "a" };
  const stub = renderBundledStub({ ...paths, permissions: ["--allow-read=/it's $1"] });
  assert.ok(stub.includes("  '--allow-read=/it'\\''s $1' \\\n"), stub);
});

Deno.test("renderCompiledStub() is a few lines of sh", () => {
  const stub = renderCompiledStub({
    assemble: "runtime/assemble",
    revision: "0123456789abcdef",
    name: "start",
    sha256: "a".repeat(64),
    start: 98361344,
  });
  assert.equal(
    stub,
    `#!/bin/sh
self=$0
[ ! -L "$self" ] || self=$(/usr/bin/readlink -f -- "$self") || exit
charm=$(CDPATH= cd -P -- "\${self%/*}/.." && pwd -P) || exit
export PATH="$charm"/runtime/tools"\${PATH:+:$PATH}"
made="$charm"/runtime/compiled/0123456789abcdef
[ -e "$made"/start ] || "$charm"/runtime/assemble 0123456789abcdef start 98361344 \\
  ${"a".repeat(64)} || exit
export HOME="$charm" TMPDIR="$made" DENO_DIR="$made"
export NO_COLOR=1 DENO_NO_UPDATE_CHECK=1 DENO_DISABLE_NODE_SHIM=1
exec "$made"/start
`,
  );
});

Deno.test("the executed program sees clean absolute paths, however its stub is called", async () => {
  const folder = await Deno.realPath(await makeTemporaryFolder());
  try {
    const charm = `${folder}/charm`;
    const made = `${charm}/runtime/compiled/0123`;
    for (const path of ["hooks", "actions", "runtime/compiled/0123"]) {
      await Deno.mkdir(`${charm}/${path}`, { recursive: true });
    }
    await Deno.symlink(charm, `${folder}/link`);
    await Deno.mkdir(`${folder}/elsewhere/hooks`, { recursive: true });
    await Deno.symlink("../../link/hooks/start", `${folder}/elsewhere/hooks/start`);
    await Deno.symlink("elsewhere/hooks/start", `${folder}/start`);
    const sees = '#!/bin/sh\necho "$0 $HOME $TMPDIR $DENO_DIR $PWD"\n';
    await Deno.writeTextFile(`${made}/start`, sees, { mode: 0o755 });
    const common = { assemble: "runtime/assemble", revision: "0123", name: "start" };
    const stub = renderCompiledStub({ ...common, sha256: "a".repeat(64), start: 64 });
    for (const kind of ["hooks", "actions"]) {
      await Deno.writeTextFile(`${charm}/${kind}/start`, stub, { mode: 0o755 });
      const calls = [`./charm/${kind}/start`, `charm/${kind}/start`, `link/${kind}/start`];
      calls.push("elsewhere/hooks/start", "./start");
      for (const call of [...calls, `${folder}//link/./${kind}/../${kind}/start`]) {
        const options = { cwd: folder, env: { CDPATH: "/tmp" } };
        const { stdout } = await new Deno.Command(call, options).output();
        const seen = new TextDecoder().decode(stdout);
        assert.equal(seen, `${made}/start ${charm} ${made} ${made} ${folder}\n`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
