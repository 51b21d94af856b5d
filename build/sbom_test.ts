import assert from "node:assert/strict";
import { renderSbom } from "./sbom.ts";

const A = { name: "@x/a", version: "1.0.0", license: "MIT", dependencies: ["b@2.0.0"] };
const B = { name: "b", version: "2.0.0", license: "ISC OR MIT", dependencies: [] };
const RUNTIME = { name: "deno", path: "runtime/deno", purl: "pkg:npm/%40deno/x@2.9.6" };

Deno.test("renderSbom() lists the runtime and the packages, with licenses and dependencies", () => {
  const text = renderSbom({
    name: "fake",
    license: "Apache-2.0",
    runtime: RUNTIME,
    sha256: "ab",
    packages: new Map([["b@2.0.0", B], ["@x/a@1.0.0", A]]),
  });
  const bom = JSON.parse(text);
  assert.deepEqual(bom.metadata.component.licenses, [{ expression: "Apache-2.0" }]);
  assert.deepEqual(
    bom.components.map(({ name, version, licenses, purl }: Record<string, unknown>) => [
      name,
      version,
      licenses,
      purl,
    ]),
    [
      ["deno", "2.9.6", [{ expression: "MIT" }], "pkg:npm/%40deno/x@2.9.6"],
      ["@x/a", "1.0.0", [{ expression: "MIT" }], "pkg:npm/%40x/a@1.0.0"],
      ["b", "2.0.0", [{ expression: "ISC OR MIT" }], "pkg:npm/b@2.0.0"],
    ],
  );
  assert.deepEqual(bom.dependencies, [
    { ref: "fake", dependsOn: [RUNTIME.purl, "pkg:npm/%40x/a@1.0.0", "pkg:npm/b@2.0.0"] },
    { ref: RUNTIME.purl },
    { ref: "pkg:npm/%40x/a@1.0.0", dependsOn: ["pkg:npm/b@2.0.0"] },
    { ref: "pkg:npm/b@2.0.0", dependsOn: [] },
  ]);
});
