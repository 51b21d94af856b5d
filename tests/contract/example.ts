/**
 * Reads the example in shell of `docs/interface-lxd.md`.
 *
 * @module
 */
import assert from "node:assert/strict";

const DOCUMENT = new URL("../../docs/interface-lxd.md", import.meta.url);

/** Reads the code blocks of the document's example in one language. */
export async function exampleBlocks(language: string): Promise<readonly string[]> {
  const [, text = ""] = (await Deno.readTextFile(DOCUMENT)).split("\n## Example\n");
  return Array.from(text.matchAll(/^```(\w+)\n([^]*?)^```$/gm))
    .filter(([, found]) => found === language).map(([, , block = ""]) => block);
}

/** Reads the script. */
export async function exampleScript(): Promise<string> {
  const [script, ...others] = await exampleBlocks("sh");
  assert.ok(script !== undefined && others.length === 0, "the example is one script");
  return script;
}
