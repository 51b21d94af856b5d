/**
 * Parses command lines as juju/gnuflag does, with the wording that Juju sets
 * ("option" in place of "flag").
 *
 * @module
 */

import { quote } from "./go.ts";

/** Checks the value of an option; what it throws goes into the message. */
export type Check = (value: string) => void;

/** Options of a tool: without a value, with any, or with a checked one. */
export type FlagSpecs = Readonly<Record<string, "bool" | "string" | Check>>;

/** A parsed command line. */
export interface Parsed {
  readonly flags: ReadonlyMap<string, string>;
  readonly args: readonly string[];
}

/** Asked for with `--help`; not an error. */
export class HelpRequest extends Error {
  override readonly name = "HelpRequest";
}

/**
 * Parses options that may stand between arguments.
 *
 * @throws {Error} In gnuflag's words.
 */
export function parseFlags(
  specs: FlagSpecs,
  argv: readonly string[],
): Parsed {
  const flags = new Map<string, string>();
  const args: string[] = [];
  const rest = [...argv];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") {
      args.push(...rest.splice(0));
    } else if (arg === "-" || !arg.startsWith("-")) {
      args.push(arg);
    } else if (arg.startsWith("--")) {
      const [, name = "", value] = /^--([^=]*)(?:=([^]*))?$/.exec(arg) ?? [];
      set(specs, flags, name, value, rest);
    } else {
      setShort(specs, flags, arg.slice(1), rest);
    }
  }
  return { flags, args };
}

/** Options of one character may be joined: `-ar3`. */
function setShort(
  specs: FlagSpecs,
  flags: Map<string, string>,
  joined: string,
  rest: string[],
): void {
  const [name = "", ...others] = joined;
  const more = others.join("");
  if (specs[name] === "bool") {
    set(specs, flags, name, undefined, rest);
    if (more) setShort(specs, flags, more, rest);
  } else {
    const value = more.startsWith("=") ? more.slice(1) : more;
    set(specs, flags, name, more ? value : undefined, rest);
  }
}

function set(
  specs: FlagSpecs,
  flags: Map<string, string>,
  name: string,
  attached: string | undefined,
  rest: string[],
): void {
  const shown = name.length > 1 ? `--${name}` : `-${name}`;
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec === undefined) {
    if (name === "help" || name === "h") throw new HelpRequest();
    throw new Error(`option provided but not defined: ${shown}`);
  }
  if (spec === "bool") {
    flags.set(name, parseBool(shown, attached ?? "true"));
    return;
  }
  const value = attached ?? rest.shift();
  if (value === undefined) {
    throw new Error(`option needs an argument: ${shown}`);
  }
  if (spec !== "string") {
    try {
      spec(value);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(
        `invalid value ${quote(value)} for option ${shown}: ${reason}`,
        { cause },
      );
    }
  }
  flags.set(name, value);
}

/** Go's strconv.ParseBool. */
function parseBool(shown: string, value: string): string {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(value)) return "true";
  if (/^(?:0|f|F|FALSE|false|False)$/.test(value)) return "false";
  throw new Error(
    `invalid boolean value ${quote(value)} for option ${shown}: ` +
      `strconv.ParseBool: parsing ${quote(value)}: invalid syntax`,
  );
}
