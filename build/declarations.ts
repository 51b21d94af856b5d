/**
 * The declarations of the charm: the YAML files that Juju reads.
 *
 * @module
 */

import { parse, stringify } from "yaml";
import { type CharmFile, data } from "./charm_file.ts";
import { actions, type Charmcraft, config, metadata } from "./charm_yaml.ts";
import { manifest } from "./manifest.ts";
import type { Arch } from "./target.ts";

/** Charmcraft and Juju read YAML 1.1, where an unquoted "on" is a boolean. */
const VERSION = { version: "1.1" } as const;
/** The style of charmcraft's YAML library. */
const AS_IS = { ...VERSION, indentSeq: false, lineWidth: 0, singleQuote: true } as const;
const SORTED = { ...AS_IS, sortMapEntries: true } as const;

/**
 * Parses YAML 1.1, as charmcraft does.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseYaml("label: on"), { label: true });
 * ```
 */
export function parseYaml(text: string): unknown {
  return parse(text, VERSION);
}

/**
 * Renders the declarations, with the keys in charmcraft's order.
 *
 * @param charmcraft The content of `charmcraft.yaml`.
 * @param arch Architecture of the charm.
 * @returns The files that are not empty.
 * @throws {BuildError} If `charmcraft.yaml` has no platform for the architecture.
 */
export function renderDeclarations(
  charmcraft: Charmcraft,
  arch: Arch,
): readonly CharmFile[] {
  const sorted = {
    "metadata.yaml": metadata(charmcraft),
    "config.yaml": config(charmcraft),
    "actions.yaml": actions(charmcraft),
  };
  return [
    data("manifest.yaml", stringify(manifest(charmcraft, arch), AS_IS)),
    ...Object.entries(sorted).flatMap(([path, value]) =>
      value ? [data(path, stringify(value, SORTED))] : []
    ),
  ];
}
