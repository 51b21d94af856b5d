/**
 * The blocks of `docs/reference-options.md`, from `charmcraft.yaml`.
 *
 * @module
 */

import { renderTable } from "./blocks.ts";
import type { Charmcraft } from "./charm_yaml.ts";

/** An option of `charmcraft.yaml`. */
interface Option {
  readonly type: string;
  readonly default?: unknown;
  readonly description: string;
}

/**
 * Renders the blocks: a table of all options, and for each option its type, default and description.
 */
export function renderOptionBlocks({ all }: Charmcraft): Readonly<Record<string, string>> {
  const { options } = all["config"] as { readonly options: Readonly<Record<string, Option>> };
  const each = Object.entries(options);
  const rows = each.map(([name, option]) => [
    `[\`${name}\`](#${name})`,
    option.type,
    defaultOf(option),
  ]);
  const blocks = each.map(([name, option]) => [
    `option ${name}`,
    `Type: ${option.type}. Default: ${defaultOf(option)}.\n\n${option.description}`,
  ]);
  return {
    options: renderTable({ header: ["Option", "Type", "Default"], rows }),
    ...Object.fromEntries(blocks),
  };
}

function defaultOf({ default: value }: Option): string {
  return value === undefined || value === "" ? "none" : `\`${value}\``;
}
