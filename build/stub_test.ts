import assert from "node:assert/strict";
import { renderStub } from "./stub.ts";

Deno.test("renderStub() is a few lines of sh", () => {
  const stub = renderStub({
    runtime: "runtime/deno",
    cache: "runtime/cache",
    bundle: "bundle/hooks/start.js",
    permissions: ["--allow-env=JUJU_*,PATH", "--allow-net"],
  });
  assert.equal(
    stub,
    `#!/bin/sh
charm="\${0%/*}/.."
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

Deno.test("renderStub() quotes what sh would read otherwise", () => {
  const paths = { runtime: "deno", cache: "cache", bundle: "a" };
  const stub = renderStub({ ...paths, permissions: ["--allow-read=/it's $1"] });
  assert.ok(stub.includes("  '--allow-read=/it'\\''s $1' \\\n"), stub);
});
