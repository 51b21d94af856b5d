/**
 * Reads the report that pytest writes.
 *
 * @module
 */

/** A test of Python. */
export interface PythonTest {
  /** Name of its module, and its own name. */
  readonly name: string;
  /** Why it failed; undefined if it passed. */
  readonly failure: string | undefined;
}

const TESTCASE = /<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g;

/**
 * Reads a report in the form of JUnit.
 *
 * @example One test that passed, and one that failed
 * ```ts
 * import assert from "node:assert/strict";
 * const xml = '<testcase classname="unit.a" name="x" /><testcase classname="unit.a" name="y&lt;1">' +
 *   '<failure message="m">why &amp; how</failure></testcase>';
 * assert.deepEqual(readJunit(xml), [
 *   { name: "a: x", failure: undefined },
 *   { name: "a: y<1", failure: "why & how" },
 * ]);
 * ```
 *
 * @param xml The report.
 */
export function readJunit(xml: string): readonly PythonTest[] {
  return [...xml.matchAll(TESTCASE)].map(([, attributes = "", content = ""]) => {
    const failed = /<(?:failure|error|skipped)[^>]*?(?:\/>|>([\s\S]*?)<\/)/.exec(content);
    const module = attribute(attributes, "classname").split(".").slice(1).join(".");
    return {
      name: `${module}: ${attribute(attributes, "name")}`,
      failure: failed ? unescape(failed[1] ?? "skipped") : undefined,
    };
  });
}

function attribute(attributes: string, name: string): string {
  return unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
}

function unescape(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#10;", "\n").replaceAll("&amp;", "&");
}
