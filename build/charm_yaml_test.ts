import assert from "node:assert/strict";
import { actions, config, metadata, parseCharmcraft } from "./charm_yaml.ts";
import { CHARMCRAFT } from "./fake_project.ts";
import { parseYaml, renderDeclarations } from "./declarations.ts";

const FULL = parseCharmcraft(parseYaml(`
type: charm
name: lxd-integrator
title: LXD Integrator
summary: Integrates
description: |
  Two
  lines.
links:
  contact: someone
  documentation: https://example.com/docs
  issues: [https://example.com/a, https://example.com/b]
  source: https://example.com/src
  website: https://example.com/
base: ubuntu@24.04
platforms: { amd64:, arm64: }
parts: { charm: { plugin: nil } }
analysis: { ignore: { linters: [entrypoint] } }
assumes: [juju >= 3.6]
provides: { api: { interface: lxd, optional: true } }
peers: { nodes: { interface: nodes } }
subordinate: false
config:
  options:
    name: { type: string, default: "on", description: A name }
    count: { type: int, default: 8443 }
actions:
  reconcile: { description: Reconciles, additionalProperties: false }
`));

Deno.test("metadata() keeps what charmcraft keeps, under Juju's names", () => {
  assert.deepEqual(metadata(FULL), {
    name: "lxd-integrator",
    summary: "Integrates",
    description: "Two\nlines.\n",
    assumes: ["juju >= 3.6"],
    peers: { nodes: { interface: "nodes" } },
    provides: { api: { interface: "lxd", optional: true } },
    subordinate: false,
    "display-name": "LXD Integrator",
    maintainers: ["someone"],
    docs: "https://example.com/docs",
    issues: ["https://example.com/a", "https://example.com/b"],
    source: "https://example.com/src",
    website: "https://example.com/",
  });
});

Deno.test("metadata() keeps several contacts", () => {
  const all = { ...FULL.all, links: { contact: ["a", "b"] } };
  assert.deepEqual(metadata({ ...FULL, all })["maintainers"], ["a", "b"]);
});

Deno.test("config() and actions() are unchanged", () => {
  assert.deepEqual(config(FULL), FULL.all["config"]);
  assert.deepEqual(actions(FULL), FULL.all["actions"]);
});

Deno.test("config() and actions() are undefined if there are none", () => {
  const minimal = { ...FULL.all, actions: {}, config: undefined };
  const charmcraft = parseCharmcraft(minimal);
  assert.equal(config(charmcraft), undefined);
  assert.equal(actions(charmcraft), undefined);
});

Deno.test("renderDeclarations() sorts keys and quotes what YAML 1.1 misreads", () => {
  const files = renderDeclarations(FULL, "amd64")
    .map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]);
  assert.deepEqual(files.map(([path]) => path), [
    "manifest.yaml",
    "metadata.yaml",
    "config.yaml",
    "actions.yaml",
  ]);
  assert.equal(
    files[2]?.[1],
    `options:
  count:
    default: 8443
    type: int
  name:
    default: 'on'
    description: A name
    type: string
`,
  );
});

Deno.test("parseCharmcraft() names fields that are missing or malformed", () => {
  const wrong = parseYaml(CHARMCRAFT.replace("name: fake", "name: 3"));
  assert.throws(() => parseCharmcraft(wrong), {
    name: "BuildError",
    message: "Cannot read charmcraft.yaml: missing or malformed: name",
  });
  assert.throws(() => parseCharmcraft(null), {
    message: "Cannot read charmcraft.yaml: missing or malformed: all of it",
  });
});
