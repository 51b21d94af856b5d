/**
 * Reads the content of a secret for secret-add and secret-set.
 *
 * @module
 */

import { quote } from "./go.ts";
import { readFile } from "./input.ts";
import type { Call } from "./tool.ts";
import { parseSettings } from "./yaml.ts";

const KEY_REGEXP = /^([a-z](?:-?[a-z0-9]){2,})$/;
const ROTATE = [
  "never",
  "hourly",
  "daily",
  "weekly",
  "monthly",
  "quarterly",
  "yearly",
];
const MAX_BYTES = 1024 * 1024;

/** Options of secret-add and secret-set. */
export const UPSERT_FLAGS = {
  description: "string",
  expire: "string",
  file: "string",
  label: "string",
  owner: "string",
  rotate: "string",
} as const;

/**
 * Checks options and arguments.
 *
 * @throws {Error} If an option or an argument is wrong.
 */
export function checkUpsert({ args, flags }: Call): void {
  const rotate = flags.get("rotate");
  if (rotate && !ROTATE.includes(rotate)) {
    throw new Error(`rotate policy ${quote(rotate)} not valid`);
  }
  const owner = flags.get("owner") ?? "application";
  if (owner !== "application" && owner !== "unit") {
    throw new Error(`secret owner ${quote(owner)} not valid`);
  }
  for (const arg of args) {
    const at = arg.indexOf("=");
    if (at < 1) throw new Error(`expected "key=value", got ${quote(arg)}`);
    const key = arg.slice(0, at).split("#")[0] ?? "";
    if (!KEY_REGEXP.test(key)) throw new Error(`key ${quote(key)} not valid`);
  }
}

/** Reads the content from `k=v`, `k#base64=v`, `k#file=path` and `--file`. */
export async function secretContent(
  { args, cwd, flags, stdin }: Call,
): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  const add = async (given: string, value: string) => {
    const [key = "", form] = given.split("#");
    if (!KEY_REGEXP.test(key)) throw new Error(`key ${quote(key)} not valid`);
    if (form === "base64") {
      content[key] = new TextDecoder().decode(Uint8Array.fromBase64(value));
    } else if (form === "file") {
      content[key] = await readFile(cwd, value === "-" ? "./-" : value, stdin);
    } else {
      content[key] = value;
    }
  };
  for (const arg of args) {
    const at = arg.indexOf("=");
    if (at < 1) throw new Error(`expected "key=value", got ${quote(arg)}`);
    await add(arg.slice(0, at), arg.slice(at + 1));
  }
  const file = flags.get("file");
  if (file) {
    // Unlike in relation-set, "-" does not mean standard input.
    const path = file === "-" ? "./-" : file;
    const found = parseSettings(await readFile(cwd, path, stdin));
    for (const [key, value] of Object.entries(found)) await add(key, value);
  }
  const size = Object.entries(content)
    .reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  if (size > MAX_BYTES) {
    throw new Error("secret content exceeds 1MB limit");
  }
  return content;
}
