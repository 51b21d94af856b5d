/**
 * The values in a document that differ from run to run: fingerprints, UUIDs, addresses, times. The
 * document shows an example of each. Once an output has shown the true value of an example, it stands
 * for the same value in the rest of the document.
 *
 * @module
 */

/** The true values by their examples. */
export type Examples = ReadonlyMap<string, string>;

/** A kind of value. */
interface Kind {
  /** What its values look like. */
  readonly pattern: string;
  /** Whether an example has one value in the whole document. Times pass. */
  readonly isKept: boolean;
}

const HEX = "[0-9a-f]";
const DIGITS = 12;

/** A value is of the first kind that it looks like. */
const KINDS: Readonly<Record<string, Kind>> = {
  uuid: { pattern: `${HEX}{8}(?:-${HEX}{4}){3}-${HEX}{12}`, isKept: true },
  fingerprint: { pattern: String.raw`\b${HEX}{64}\b`, isKept: true },
  digits: { pattern: String.raw`\b${HEX}{${DIGITS}}\b`, isKept: true },
  secret: { pattern: "secret:[0-9a-v]{20}", isKept: true },
  address: { pattern: String.raw`\b\d{1,3}(?:\.\d{1,3}){3}\b`, isKept: true },
  time: { pattern: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`, isKept: false },
  // As `lxc` writes it.
  date: { pattern: String.raw`[A-Z][a-z]{2} \d+, \d{4} at \d+:\d\d[ap]m \(UTC\)`, isKept: false },
};

const VALUE = new RegExp(
  Object.entries(KINDS).map(([name, { pattern }]) => `(?<${name}>${pattern})`).join("|"),
  "g",
);
const DOTS = "...";

/**
 * Puts the true values into a command of the document.
 *
 * @example An address that the test knows
 * ```ts
 * import assert from "node:assert/strict";
 * const examples = new Map([["10.0.0.1", "127.5.6.1"]]);
 * assert.equal(fill("curl https://10.0.0.1:8443", examples), "curl https://127.5.6.1:8443");
 * ```
 */
export function fill(command: string, examples: Examples): string {
  return command.replaceAll(VALUE, (example) => examples.get(example) ?? example);
}

/**
 * Compares an output with the one in the document. In the document, three dots stand for any text in a
 * line, and alone for any lines. The width of spaces and of rules does not matter.
 *
 * @example A fingerprint
 * ```ts
 * import assert from "node:assert/strict";
 * const examples = match("...\na  2274d312f072\n", "x\ny\na 0123456789ab\n", new Map());
 * assert.equal(examples?.get("2274d312f072"), "0123456789ab");
 * assert.equal(match("a 2274d312f072\n", "a 0123456789ac\n", examples ?? new Map()), undefined);
 * ```
 *
 * @returns The examples, with those that this output explains; undefined if the outputs differ.
 */
export function match(shown: string, output: string, examples: Examples): Examples | undefined {
  return matchLines(linesOf(shown), linesOf(output), examples);
}

function linesOf(text: string): readonly string[] {
  const plain = text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---").replaceAll(/ $/gm, "");
  return plain.trimEnd().split("\n");
}

function matchLines(
  [first, ...others]: readonly string[],
  output: readonly string[],
  examples: Examples,
): Examples | undefined {
  if (first === undefined) return output.length === 0 ? examples : undefined;
  if (first === DOTS) {
    for (let skipped = 0; skipped <= output.length; skipped++) {
      const found = matchLines(others, output.slice(skipped), examples);
      if (found) return found;
    }
    return undefined;
  }
  const [line, ...rest] = output;
  const found = line === undefined ? undefined : matchLine(first, line, examples);
  return found && matchLines(others, rest, found);
}

function matchLine(shown: string, line: string, examples: Examples): Examples | undefined {
  const kept: string[] = [];
  const parts = splitValues(shown).map((part) => {
    if (typeof part === "string") return part.split(DOTS).map(RegExp.escape).join(".*");
    const known = part.isKept ? examples.get(part.example) : undefined;
    if (known !== undefined) return RegExp.escape(known);
    if (!part.isKept) return part.pattern;
    kept.push(part.example);
    return `(${part.pattern})`;
  });
  const values = new RegExp(`^${parts.join("")}$`).exec(line)?.slice(1);
  if (!values) return undefined;
  return kept.reduce<Examples | undefined>(
    (known, example, index) => known && learn(known, example, values[index] ?? ""),
    examples,
  );
}

/**
 * Adds a value, and the first digits of a fingerprint with it; undefined if the example has another value,
 * or the value another example.
 */
function learn(examples: Examples, example: string, value: string): Examples | undefined {
  const pairs = [[example, value], [example.slice(0, DIGITS), value.slice(0, DIGITS)]] as const;
  const learned = new Map(examples);
  for (const [key, one] of example.length === 64 ? pairs : pairs.slice(0, 1)) {
    const known = learned.get(key);
    if (known === one) continue;
    // Two examples of one value would tell readers that there are two.
    if (known !== undefined || learned.values().some((value) => value === one)) return undefined;
    learned.set(key, one);
  }
  return learned;
}

interface Value extends Kind {
  readonly example: string;
}

/** Splits a line into its values and the text between them. */
function splitValues(line: string): readonly (string | Value)[] {
  const parts: (string | Value)[] = [];
  let end = 0;
  for (const { 0: example, index, groups = {} } of line.matchAll(VALUE)) {
    const [name = ""] = Object.keys(groups).filter((key) => groups[key] !== undefined);
    const kind = KINDS[name];
    if (!kind) continue;
    parts.push(line.slice(end, index), { example, ...kind });
    end = index + example.length;
  }
  return [...parts, line.slice(end)];
}
