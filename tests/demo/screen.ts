/**
 * The screen of the demonstration: headings, commands with their output, and checks. A terminal
 * shows colors and progress, and any other output plain lines.
 *
 * @module
 */
import { inspect, isDeepStrictEqual, styleText } from "node:util";
import { align, join, type Rows, wrap } from "./layout.ts";
import { type Progress, type Spinner, startSpinner } from "./spinner.ts";

/** The output of a screen. */
export interface Output {
  /** Writes text. */
  readonly write: (text: string) => void;
  /** Width of the terminal in columns. Lines are broken to fit. Undefined without a terminal. */
  readonly columns?: number;
  /** Shows the progress of slow work. Undefined without a terminal. */
  readonly spinner?: (progress: Progress) => Spinner;
  /** Whether the output may have colors. */
  readonly isColored: boolean;
  /** Returns the time in milliseconds. @default {performance.now} */
  readonly now?: () => number;
}

/** A color or weight of text. */
export type Style = Extract<
  Parameters<typeof styleText>[0],
  "bold" | "cyan" | "dim" | "green" | "red" | "yellow"
>;

/** Slow work. */
export interface Wait<T> {
  /** Text during the work. */
  readonly what: string;
  /** Does the work. */
  readonly work: () => Promise<T>;
  /** Returns the current part of the work. @default {nothing} */
  readonly now?: () => string;
  /** Returns the text after the work. The screen omits an empty text. @default {`what`} */
  readonly done?: (result: T) => string;
}

/** A screen. After an interruption each function throws, which ends the demonstration. */
export interface Screen {
  /** Writes the numbered heading of a step. */
  readonly heading: (text: string) => void;
  /** Writes a line. */
  readonly say: (text: string, style?: Style) => void;
  /** Shows a command of the operator. */
  readonly command: (text: string) => void;
  /** Shows the output of a command. */
  readonly lines: (lines: readonly string[]) => void;
  /** Shows a table. The first row is the header. */
  readonly table: (rows: Rows) => void;
  /** Compares two values, and shows the check. @throws {CheckError} If the values differ. */
  readonly check: (what: string, found: unknown, expected: unknown) => void;
  /** Runs slow work, and shows its progress. */
  readonly wait: <T>(wait: Wait<T>) => Promise<T>;
  /** Returns the number of passed checks. */
  readonly checks: () => number;
}

/** A failed check. The screen already shows it. */
export class CheckError extends Error {
  override readonly name = "CheckError";
}

const TICK = "\u2713";
const CROSS = "\u2717";
const INDENT = "  ";
const PART_MS = 100;
const STYLES: Readonly<Record<string, Style>> = {
  active: "green",
  trusted: "green",
  blocked: "yellow",
  untrusted: "yellow",
  waiting: "yellow",
};

/** Returns standard output. */
export function standardOutput(): Output {
  const isTerminal = Deno.stdout.isTerminal();
  return {
    write: (text) => {
      let rest = new TextEncoder().encode(text);
      while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
    },
    ...(isTerminal && { columns: Deno.consoleSize().columns || 80, spinner: startSpinner }),
    isColored: isTerminal && Deno.env.get("NO_COLOR") === undefined,
  };
}

/** A line that may be broken. */
interface Line {
  /** Beginning of the line, such as its indentation. */
  readonly lead?: string;
  /** Indentation of further lines. @default {the length of `lead`} */
  readonly hang?: number;
  /** Style of the mark in `lead`. */
  readonly mark?: Style;
  /** The text. */
  readonly text: string;
  /** Style of the text. */
  readonly style?: Style | undefined;
}

/** The means of a screen. */
interface Writer {
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Returns the time in milliseconds. */
  readonly time: () => number;
  readonly color: (style: Style | undefined, text: string) => string;
  /** Writes a line, broken to fit, unless the screen is interrupted. */
  readonly line: (line: Line) => void;
}

/**
 * Creates a screen.
 *
 * @param signal Interrupts the screen.
 */
export function createScreen(output: Output, signal: AbortSignal): Screen {
  const writer = createWriter(output, signal);
  const { line } = writer;
  let steps = 0;
  let checks = 0;
  return {
    heading: (text) => {
      line({ text: "" });
      line({ lead: `${++steps}. `, mark: "cyan", text, style: "bold" });
    },
    say: (text, style) => text.split("\n").forEach((each) => line({ text: each, style })),
    command: (text) => line({ lead: "  $ ", mark: "dim", text, style: "bold" }),
    lines: (lines) =>
      lines.forEach((text) => {
        const [indent = ""] = /^ */.exec(text) ?? [];
        const lead = `${INDENT}${indent}`;
        line({ lead, hang: lead.length + INDENT.length, text: text.trimStart() });
      }),
    table: (rows) => table(writer, rows),
    check: (what, found, expected) => {
      if (!isDeepStrictEqual(found, expected)) fail(writer, what, { found, expected });
      checks++;
      line({ lead: `  ${TICK} `, mark: "green", text: what });
    },
    wait: (wait) => waitFor(writer, wait),
    checks: () => checks,
  };
}

function createWriter(output: Output, signal: AbortSignal): Writer {
  const color: Writer["color"] = (style, text) =>
    output.isColored && style ? styleText(style, text, { validateStream: false }) : text;
  return {
    output,
    signal,
    time: output.now ?? (() => performance.now()),
    color,
    line: ({ lead = "", hang = lead.length, mark, text, style }) => {
      signal.throwIfAborted();
      const room = Math.max(1, (output.columns ?? Infinity) - hang);
      const [first = "", ...others] = wrap(text, room);
      const colored = mark === undefined ? lead : lead.replace(/\S+/, (it) => color(mark, it));
      output.write(`${colored}${color(style, first)}\n`);
      for (const other of others) {
        output.write(`${" ".repeat(hang)}${color(style, other)}\n`);
      }
    },
  };
}

function table({ color, output, signal }: Writer, rows: Rows): void {
  signal.throwIfAborted();
  const room = output.columns === undefined ? undefined : output.columns - INDENT.length;
  for (const [row, lines] of align(rows, room).entries()) {
    for (const cells of lines) {
      const text = cells.map((cell) => color(row === 0 ? "dim" : STYLES[cell.trim()], cell));
      output.write(`${INDENT}${join(text)}\n`);
    }
  }
}

function fail(
  { color, output }: Writer,
  what: string,
  { found, expected }: { readonly found: unknown; readonly expected: unknown },
): never {
  const breakLength = Math.max(20, (output.columns ?? 100) - 16);
  const show = (value: unknown) =>
    inspect(value, { depth: null, maxStringLength: 200, breakLength })
      .replaceAll("\n", `\n${" ".repeat(16)}`);
  output.write(`${color("red", `  ${CROSS} ${what}`)}\n`);
  output.write(`      expected: ${show(expected)}\n      found:    ${show(found)}\n`);
  throw new CheckError(what);
}

async function waitFor<T>(writer: Writer, wait: Wait<T>): Promise<T> {
  const { line, signal, time } = writer;
  signal.throwIfAborted();
  const began = time();
  const result = await spin(writer, wait);
  const done = wait.done?.(result) ?? wait.what;
  const text = `${done} (${secondsSince(began, time())})`;
  if (done !== "") line({ lead: INDENT, text, style: "dim" });
  return result;
}

async function spin<T>(
  { output: { columns: width, spinner, isColored }, signal }: Writer,
  { what, work, now = () => "" }: Wait<T>,
): Promise<T> {
  if (width === undefined || spinner === undefined) return await work();
  const spinning = spinner({ what, width, isColored });
  const timer = setInterval(() => spinning.show(now()), PART_MS);
  let ending: Promise<void> | undefined;
  const end = () => ending ??= spinning.end();
  signal.addEventListener("abort", end);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", end);
    await end();
  }
}

/**
 * Writes text, and ignores an error, such as a closed terminal. Use it for text that is useless
 * without a reader.
 */
export function writeIfRead(output: Output, text: string): void {
  try {
    output.write(text);
  } catch {
    // Other text is written directly, and its error ends the demonstration.
  }
}

/** Renders a duration in seconds, such as "1.5 s". */
export function secondsSince(began: number, now = performance.now()): string {
  return `${((now - began) / 1000).toFixed(1)} s`;
}
