/**
 * The charm's declarations: the YAML that Juju reads.
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
/** As charmcraft's own library writes it. */
const AS_IS = { ...VERSION, indentSeq: false, lineWidth: 0, singleQuote: true } as const;
const SORTED = { ...AS_IS, sortMapEntries: true } as const;

/**
 * Parses YAML as charmcraft does.
 *
 * @param text YAML.
 * @returns Its value.
 */
export function parseYaml(text: string): unknown {
  return parse(text, VERSION);
}

/**
 * Renders the charm's declarations, with the keys in charmcraft's order.
 *
 * @param charmcraft The charm's declaration.
 * @param arch Architecture of the charm.
 * @returns The files, without those that would be empty.
 * @throws {BuildError} If no platform is built for the architecture.
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
