/**
 * Reads settings from arguments, files and standard input.
 *
 * @module
 */

import type { Settings } from "../state/state.ts";
import { quote } from "./go.ts";
import { absolutePath, type Call } from "./tool.ts";
import { parseSettings } from "./yaml.ts";

/**
 * Parses arguments `key=value`, and trims both sides (utils/keyvalues).
 *
 * @throws {Error} If an argument has no key, or two arguments have the same key.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseKeyValues(["a=1", " b = 2"]), { a: "1", b: "2" });
 * ```
 */
export function parseKeyValues(args: readonly string[]): Settings {
  const settings: Settings = {};
  for (const arg of args) {
    const at = arg.indexOf("=");
    const key = arg.slice(0, Math.max(at, 0)).trim();
    if (key === "") {
      throw new Error(`expected "key=value", got ${quote(arg)}`);
    }
    if (Object.hasOwn(settings, key)) {
      throw new Error(`key ${quote(key)} specified more than once`);
    }
    settings[key] = arg.slice(at + 1).trim();
  }
  return settings;
}

/** Reads the YAML file of the option `--file`. Without the option there are no settings. */
export async function fileSettings(
  { cwd, flags, stdin }: Call,
): Promise<Settings> {
  const file = flags.get("file");
  if (!file) return {};
  return parseSettings(await readFile(cwd, file, stdin));
}

/** Reads a file. The name "-" means standard input (cmd filevar.go). */
export async function readFile(
  cwd: string,
  file: string,
  stdin: () => Promise<string>,
): Promise<string> {
  if (file === "-") return await stdin();
  const path = absolutePath(cwd, file);
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(`open ${path}: no such file or directory`, { cause });
  }
}
