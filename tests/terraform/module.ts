/**
 * Reads Terraform modules.
 *
 * @module
 */
import { run } from "../artifact/process.ts";
import { ensureVirtualEnvironment } from "../pypi.ts";

/** The content of a block. Texts have their quotes, and expressions look as in the file. */
export type Block = Readonly<Record<string, unknown>>;

/** A block with its labels, such as `resource "juju_model" "lxd"`. */
export interface Labelled {
  /** The labels. */
  readonly labels: readonly string[];
  /** The content. */
  readonly block: Block;
}

/** The files of a module by name. Each holds lists of blocks by the type of the block. */
export type Module = Readonly<Record<string, Readonly<Record<string, readonly Block[]>>>>;

const PROGRAM = `
import hcl2, json, pathlib, sys

files = sorted(pathlib.Path(sys.argv[1]).glob("*.tf"))
print(json.dumps({file.name: hcl2.loads(file.read_text()) for file in files}))
`;

/** Content of a block that has no label of its own. */
const MARK = "__is_block__";

/**
 * Parses all files of a module.
 *
 * @param folder Folder of the module.
 * @throws {Error} with the parser's message, if a file is no HCL.
 */
export async function readModule(folder: string): Promise<Module> {
  const python = await ensureVirtualEnvironment("hcl", ["python-hcl2==8.1.3"]);
  const { code, out, err } = await run([python, "-c", PROGRAM, folder]);
  if (code !== 0) throw new Error(`Cannot parse the module in ${folder}: ${err}`);
  return JSON.parse(out);
}

/**
 * Returns all blocks of a type with their labels, in order.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const module = { "main.tf": { variable: [{ '"a"': { type: "string", __is_block__: true } }] } };
 * assert.deepEqual(blocks(module, "variable")[0]?.labels, ["a"]);
 * ```
 */
export function blocks(module: Module, type: string): readonly Labelled[] {
  return Object.values(module).flatMap((file) => file[type] ?? []).map((block) =>
    unwrap(block, [])
  );
}

/** Removes the quotes of a text. */
export function unquote(value: unknown): string {
  return String(value).replace(/^"(.*)"$/, "$1");
}

function unwrap(block: Block, labels: readonly string[]): Labelled {
  const [label] = Object.keys(block);
  if (MARK in block || label === undefined) return { labels, block };
  return unwrap(block[label] as Block, [...labels, unquote(label)]);
}
