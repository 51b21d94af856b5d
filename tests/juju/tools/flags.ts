/**
 * Parses command lines as juju/gnuflag does. As in Juju, messages say "option" and not "flag".
 *
 * @module
 */

import { quote } from "./go.ts";

/** Throws an error if the value of an option is wrong. The error's message says why. */
export type Check = (value: string) => void;

/** Options of a tool: `bool` has no value, `string` any value, a check decides about its value. */
export type FlagSpecs = Readonly<Record<string, "bool" | "string" | Check>>;

/** A parsed command line. */
export interface Parsed {
  /** Values of the given options, by name without hyphens. */
  readonly flags: ReadonlyMap<string, string>;
  readonly args: readonly string[];
}

/** A command line during parsing. */
interface Parsing {
  readonly specs: FlagSpecs;
  readonly flags: Map<string, string>;
  /** Arguments that are not parsed yet. */
  readonly rest: string[];
}

/** Thrown for the option `--help`. */
export class HelpRequest extends Error {
  override readonly name = "HelpRequest";
}

/**
 * Parses a command line. Options may stand between arguments.
 *
 * @throws {HelpRequest} If the option `--help` is given.
 * @throws {Error} With gnuflag's message, if an option or its value is wrong.
 */
export function parseFlags(
  specs: FlagSpecs,
  argv: readonly string[],
): Parsed {
  const flags = new Map<string, string>();
  const args: string[] = [];
  const rest = [...argv];
  const parsing = { specs, flags, rest };
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") {
      args.push(...rest.splice(0));
    } else if (arg === "-" || !arg.startsWith("-")) {
      args.push(arg);
    } else if (arg.startsWith("--")) {
      const [, name = "", value] = /^--([^=]*)(?:=([^]*))?$/.exec(arg) ?? [];
      set(parsing, name, value);
    } else {
      setShort(parsing, arg.slice(1));
    }
  }
  return { flags, args };
}

/** Sets options of one character, which may be joined: `-ar3`. */
function setShort(parsing: Parsing, joined: string): void {
  const [name = "", ...others] = joined;
  const more = others.join("");
  if (parsing.specs[name] === "bool") {
    set(parsing, name, undefined);
    if (more) setShort(parsing, more);
  } else {
    const value = more.startsWith("=") ? more.slice(1) : more;
    set(parsing, name, more ? value : undefined);
  }
}

/** Sets an option to the attached value, or else to the next argument. */
function set(
  { flags, rest, specs }: Parsing,
  name: string,
  attached: string | undefined,
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
  if (spec !== "string") checkValue(spec, shown, value);
  flags.set(name, value);
}

function checkValue(check: Check, shown: string, value: string): void {
  try {
    check(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `invalid value ${quote(value)} for option ${shown}: ${reason}`,
      { cause },
    );
  }
}

/** Parses a boolean as Go's strconv.ParseBool does. */
function parseBool(shown: string, value: string): string {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(value)) return "true";
  if (/^(?:0|f|F|FALSE|false|False)$/.test(value)) return "false";
  throw new Error(
    `invalid boolean value ${quote(value)} for option ${shown}: ` +
      `strconv.ParseBool: parsing ${quote(value)}: invalid syntax`,
  );
}
