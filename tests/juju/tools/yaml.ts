/**
 * Reads YAML as strings. It accepts and refuses the same input as go-yaml v2.
 *
 * @module
 */

import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Settings } from "../state/state.ts";

// Characters that go-yaml's reader refuses (readerc.go).

const CONTROL_REGEXP =
  // deno-lint-ignore no-control-regex
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/**
 * Parses a map of strings. A scalar of another type becomes its source text, null becomes the empty
 * string.
 *
 * @throws {Error} With go-yaml's message, if the text is not such a map.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseSettings("a: 1.50\nb: null\n"), { a: "1.50", b: "" });
 * ```
 */
export function parseSettings(text: string): Settings {
  if (CONTROL_REGEXP.test(text)) {
    throw new Error("yaml: control characters are not allowed");
  }
  const lines = new LineCounter();
  // YAML 1.1 takes a raw NEL for a line break, and folds it inside quotes.
  const document = parseDocument(text.replaceAll("\x85", " "), {
    lineCounter: lines,
    logLevel: "silent",
    uniqueKeys: false,
    version: "1.1",
  });
  const lineOf = (offset: number) => lines.linePos(offset).line;
  refuseSurrogates(text);
  const [error] = document.errors;
  if (error) {
    const line = lineOf(error.pos[0]);
    const where = line > 1 ? `line ${line}: ` : "";
    throw new Error(`yaml: ${where}${error.message.split("\n")[0]}`);
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return {};
  if (!isMap(root)) {
    throw mismatch(lineOf(root.range?.[0] ?? 0), root, "map[string]string");
  }
  const settings: Settings = {};
  for (const { key, value } of root.items) {
    if (!isScalar(key)) throw new Error("yaml: invalid map key");
    if (value !== null && !isScalar(value)) {
      const offset = (value as { range?: readonly number[] }).range?.[0] ?? 0;
      throw mismatch(lineOf(offset), value, "string");
    }
    settings[textOf(key)] = isScalar(value) ? textOf(value) : "";
  }
  return settings;
}

/** Returns the text of a scalar. Null is Go's zero value, the empty string, which deletes a key. */
function textOf(
  { value, source = "" }: { value: unknown; source?: string },
): string {
  if (value === null) return "";
  return typeof value === "string" ? value : source;
}

/** Refuses escaped surrogates. JSON may contain them; go-yaml does not support them. */
function refuseSurrogates(text: string): void {
  const match = /(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F][0-9a-fA-F]{2}/.exec(text);
  if (!match) return;
  const line = text.slice(0, match.index).split("\n").length;
  // go-yaml's scanner omits the number of the first line.
  const where = line > 1 ? `line ${line}: ` : "";
  throw new Error(
    `yaml: ${where}found invalid Unicode character escape code`,
  );
}

function mismatch(line: number, node: unknown, into: string): Error {
  let shown = "";
  let tag = isMap(node) ? "!!map" : isSeq(node) ? "!!seq" : "!!str";
  if (isScalar(node)) {
    const text = textOf(node);
    if (typeof node.value === "number") {
      tag = Number.isInteger(node.value) ? "!!int" : "!!float";
    }
    if (typeof node.value === "boolean") tag = "!!bool";
    shown = ` \`${text.length > 10 ? `${text.slice(0, 7)}...` : text}\``;
  }
  return new Error(
    `yaml: unmarshal errors:\n  line ${line}: cannot unmarshal ${tag}${shown} into ${into}`,
  );
}
