/**
 * The screen of the demonstration: headings, commands with their output, and checks. A terminal
 * shows colors and progress, and any other output plain lines.
 *
 * @module
 */
import { inspect, isDeepStrictEqual, styleText } from "node:util";

/** The output of a screen. */
export interface Output {
  /** Writes text. */
  readonly write: (text: string) => void;
  /** Width of the terminal in columns, or undefined without a terminal. */
  readonly columns?: number;
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
  readonly table: (rows: readonly (readonly string[])[]) => void;
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
const SPINNER = [..."\u280b\u2819\u2839\u2838\u283c\u2834\u2826\u2827\u2807\u280f"];
const SPINNER_MS = 100;
const ERASE_LINE = "\r\x1b[K";
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
    ...(isTerminal && { columns: Deno.consoleSize().columns || 80 }),
    isColored: isTerminal && Deno.env.get("NO_COLOR") === undefined,
  };
}

/** The means of a screen. */
interface Writer {
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Returns the time in milliseconds. */
  readonly time: () => number;
  readonly color: (style: Style | undefined, text: string) => string;
  /** Writes a line, unless the screen is interrupted. */
  readonly line: (text: string) => void;
}

/**
 * Creates a screen.
 *
 * @param signal Interrupts the screen.
 */
export function createScreen(output: Output, signal: AbortSignal): Screen {
  const writer = createWriter(output, signal);
  const { color, line } = writer;
  let steps = 0;
  let checks = 0;
  return {
    heading: (text) => line(`\n${color("cyan", `${++steps}.`)} ${color("bold", text)}`),
    say: (text, style) => line(color(style, text)),
    command: (text) => line(`  ${color("dim", "$")} ${color("bold", text)}`),
    lines: (lines) => lines.forEach((text) => line(`  ${text}`)),
    table: (rows) =>
      align(rows).forEach((cells, row) => {
        const text = cells.map((cell) => color(row === 0 ? "dim" : STYLES[cell.trim()], cell));
        line(`  ${text.join("  ").trimEnd()}`);
      }),
    check: (what, found, expected) => {
      if (!isDeepStrictEqual(found, expected)) fail(writer, what, { found, expected });
      checks++;
      line(`  ${color("green", TICK)} ${what}`);
    },
    wait: (wait) => waitFor(writer, wait),
    checks: () => checks,
  };
}

function createWriter(output: Output, signal: AbortSignal): Writer {
  return {
    output,
    signal,
    time: output.now ?? (() => performance.now()),
    color: (style, text) =>
      output.isColored && style ? styleText(style, text, { validateStream: false }) : text,
    line: (text) => {
      signal.throwIfAborted();
      output.write(`${text}\n`);
    },
  };
}

function fail(
  { color, line }: Writer,
  what: string,
  { found, expected }: { readonly found: unknown; readonly expected: unknown },
): never {
  const show = (value: unknown) =>
    inspect(value, { depth: null, maxStringLength: 200 }).replaceAll("\n", `\n${" ".repeat(16)}`);
  line(color("red", `  ${CROSS} ${what}`));
  line(`      expected: ${show(expected)}`);
  line(`      found:    ${show(found)}`);
  throw new CheckError(what);
}

async function waitFor<T>(writer: Writer, wait: Wait<T>): Promise<T> {
  const { color, line, output: { columns }, signal, time } = writer;
  signal.throwIfAborted();
  const began = time();
  const result = columns === undefined ? await wait.work() : await spin(writer, wait, columns);
  const done = wait.done?.(result) ?? wait.what;
  if (done !== "") line(color("dim", `  ${done} (${secondsSince(began, time())})`));
  return result;
}

async function spin<T>(
  { color, output, signal, time }: Writer,
  { what, work, now = () => "" }: Wait<T>,
  width: number,
): Promise<T> {
  const began = time();
  let frame = 0;
  const draw = () => {
    if (signal.aborted) return;
    const text = `${what} ${secondsSince(began, time())} ${now()}`;
    const spinner = color("cyan", SPINNER[frame++ % SPINNER.length] ?? "");
    writeIfRead(output, `${ERASE_LINE}  ${spinner} ${text.slice(0, width - 5)}`);
  };
  draw();
  const timer = setInterval(draw, SPINNER_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    writeIfRead(output, ERASE_LINE);
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

function align(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
}
