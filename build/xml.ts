/**
 * Writes text into XML.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/**
 * Escapes a text for the content of an element, or for the value of an attribute.
 *
 * @example An arrow
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(escapeXml('a -> "b" & c'), "a -&gt; &quot;b&quot; &amp; c");
 * ```
 */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
