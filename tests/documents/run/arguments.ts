/**
 * Reads the arguments of a command.
 *
 * @module
 */

/** The arguments of a command. */
export interface Arguments {
  /** Those that are no options and no assignments, in order. */
  readonly words: readonly string[];
  /** Values of `key=value`, in order. */
  readonly values: Readonly<Record<string, string>>;
  /** Values of options, by their name. An option without a value has an empty one. */
  readonly options: Readonly<Record<string, string>>;
}

/** The options that a command knows: whether each takes a value. */
export type KnownOptions = Readonly<Record<string, "flag" | "value">>;

const ASSIGNMENT = /^([a-z][\w.#-]*)=([^]*)$/;

/**
 * Reads the arguments of a command.
 *
 * @example Both kinds of options
 * ```ts
 * import assert from "node:assert/strict";
 * const known = { force: "flag", base: "value" } as const;
 * assert.deepEqual(readArguments(["a", "--force", "--base", "b", "c=d"], known), {
 *   words: ["a"],
 *   values: { c: "d" },
 *   options: { force: "", base: "b" },
 * });
 * ```
 *
 * @throws {Error} If an option is unknown, or has no value.
 */
export function readArguments(args: readonly string[], known: KnownOptions): Arguments {
  const words: string[] = [];
  const values: Record<string, string> = {};
  const options: Record<string, string> = {};
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, key, value = ""] = ASSIGNMENT.exec(arg) ?? [];
    if (arg.startsWith("-")) {
      const [name = "", given] = arg.replace(/^--?/, "").split("=");
      const kind = known[name];
      const text = kind === "value" ? given ?? rest.shift() : given === undefined ? "" : undefined;
      if (kind === undefined || text === undefined) throw new Error(`Cannot use the option ${arg}`);
      options[name] = text;
    } else if (key === undefined) words.push(arg);
    else values[key] = value;
  }
  return { words, values, options };
}
