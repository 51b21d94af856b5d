import assert from "node:assert/strict";
import { type Mapping, parseCharmcraft } from "./charm_yaml.ts";
import { manifest } from "./manifest.ts";

function charmcraft(platforms: Mapping, base?: string) {
  return parseCharmcraft({
    type: "charm",
    name: "fake",
    summary: "A charm",
    description: "For tests",
    platforms,
    ...(base && { base }),
  });
}

const NOBLE = { name: "ubuntu", channel: "24.04", architectures: ["amd64"] };

Deno.test("manifest() is the content that charmcraft writes, without the time", () => {
  const platforms = { amd64: null, arm64: null };
  assert.deepEqual(manifest(charmcraft(platforms, "ubuntu@24.04"), "amd64"), {
    "charmcraft-version": "4.5.0",
    "charmcraft-started-at": "1980-01-01T00:00:00",
    bases: [NOBLE],
    analysis: {
      attributes: [
        { name: "language", result: "unknown" },
        { name: "framework", result: "unknown" },
      ],
    },
  });
});

Deno.test.each([
  { case: "build-for", platforms: { any: { "build-for": ["amd64"] } } },
  { case: "build-for as text", platforms: { any: { "build-for": "amd64" } } },
])("manifest() reads $case", ({ platforms }) => {
  const { bases } = manifest(charmcraft(platforms, "ubuntu@24.04"), "amd64");
  assert.deepEqual(bases, [NOBLE]);
});

Deno.test("manifest() names the bases of all platforms that share the architecture", () => {
  const platforms = {
    "ubuntu@24.04:amd64": null,
    "ubuntu@26.04:amd64": { "build-for": ["amd64"] },
    "ubuntu@24.04:arm64": null,
    old: { "build-for": ["ubuntu@22.04:amd64"] },
  };
  assert.deepEqual(manifest(charmcraft(platforms), "amd64")["bases"], [
    NOBLE,
    { ...NOBLE, channel: "26.04" },
    { ...NOBLE, channel: "22.04" },
  ]);
});

Deno.test("manifest() refuses an architecture without a platform", () => {
  const arm = charmcraft({ arm64: null }, "ubuntu@24.04");
  assert.throws(() => manifest(arm, "amd64"), {
    name: "BuildError",
    message: "Cannot build for amd64: charmcraft.yaml has no such platform",
  });
});

Deno.test("manifest() refuses a platform without a base", () => {
  assert.throws(() => manifest(charmcraft({ amd64: null }), "amd64"), {
    message: 'Cannot build for platform "amd64": its base must be named like "ubuntu@24.04"',
  });
});
