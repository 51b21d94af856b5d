/**
 * Writes text as Go's standard library and go-yaml do.
 *
 * A `Map` stands for a Go map, whose keys are sorted. An object stands for a Go struct.
 *
 * @module
 */

import { stringify } from "yaml";
import { byText } from "../state/queries.ts";

/**
 * Quotes text as Go's `%q` does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(quote("a\n"), '"a\\n"');
 * ```
 */
export function quote(text: string): string {
  return `"${
    text.replace(/["\\\p{C}]/gu, (c) => {
      const code = c.codePointAt(0) ?? 0;
      const short = GO_ESCAPES[c];
      if (short !== undefined) return short;
      if (code < 0x80) return `\\x${hex(code, 2)}`;
      return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
    })
  }"`;
}

const GO_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

/** Converts objects to maps at every depth. */
export function goMap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(goMap);
  if (value instanceof Map) {
    return new Map([...value].map(([k, v]) => [k, goMap(v)]));
  }
  if (typeof value === "object" && value !== null) {
    return new Map(Object.entries(value).map(([k, v]) => [k, goMap(v)]));
  }
  return value;
}

/**
 * Writes JSON as Go's `json.Marshal` does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(goJson(new Map<string, unknown>([["b", 1], ["a", "<"]])), '{"a":"\\u003c","b":1}');
 * ```
 */
export function goJson(value: unknown): string {
  if (value instanceof Map) {
    return object([...value].sort(([a], [b]) => byText(a, b)));
  }
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    return object(Object.entries(value));
  }
  if (value === undefined) return "null";
  return JSON.stringify(value).replace(
    // Go escapes these characters for HTML and JavaScript.
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${hex(c.charCodeAt(0), 4)}`,
  );
}

function object(entries: readonly (readonly [string, unknown])[]): string {
  const fields = entries
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${goJson(key)}:${goJson(value)}`);
  return `{${fields.join(",")}}`;
}

/**
 * Writes YAML like go-yaml v2, without the final newline.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(goYaml(new Map<string, unknown>([["b", 1], ["a", "x"]])), "a: x\nb: 1");
 * ```
 */
export function goYaml(value: unknown): string {
  return stringify(sorted(value), {
    indentSeq: false,
    lineWidth: 0,
    version: "1.1",
  }).trimEnd();
}

function sorted(value: unknown): unknown {
  if (value instanceof Map) {
    return Object.fromEntries(
      [...value].sort(([a], [b]) => byText(a, b)).map((
        [k, v],
      ) => [k, sorted(v)]),
    );
  }
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).filter(([, v]) => v !== undefined)
        .map(([k, v]) => [k, sorted(v)]),
    );
  }
  return value;
}
