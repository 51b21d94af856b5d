/**
 * What the demonstration writes: headings, commands, what they print, and checks. In color and with
 * progress on a terminal, in plain lines elsewhere.
 *
 * @module
 */
import { inspect, isDeepStrictEqual, styleText } from "node:util";

/** Where it writes. */
export interface Output {
  /** Writes text. */
  readonly write: (text: string) => void;
  /** Width of the terminal in columns; undefined where there is no terminal. */
  readonly columns?: number;
  /** Whether it may use colors. */
  readonly isColored: boolean;
  /** Gives the time in milliseconds. @default {performance.now} */
  readonly now?: () => number;
}

/** A color or weight of text. */
export type Style = Extract<
  Parameters<typeof styleText>[0],
  "bold" | "cyan" | "dim" | "green" | "red" | "yellow"
>;

/** Something that takes its time. */
export interface Wait<T> {
  /** What is done, for as long as it takes. */
  readonly what: string;
  /** Does it. */
  readonly work: () => Promise<T>;
  /** What it is at just now. */
  readonly now?: () => string;
  /** What was done; shown unless it is empty. @default {`what`} */
  readonly done?: (result: T) => string;
}

/** A screen. After an interruption each of its functions throws, and so ends the demonstration. */
export interface Screen {
  /** Begins a step. */
  readonly heading: (text: string) => void;
  /** Tells something. */
  readonly say: (text: string, style?: Style) => void;
  /** Shows a command of the operator's. */
  readonly command: (text: string) => void;
  /** Shows what a command prints. */
  readonly lines: (lines: readonly string[]) => void;
  /** Shows it as a table with its header in the first row. */
  readonly table: (rows: readonly (readonly string[])[]) => void;
  /** Ticks off what is as it should be. @throws {CheckError} if it is not. */
  readonly check: (what: string, found: unknown, expected: unknown) => void;
  /** Waits. */
  readonly wait: <T>(wait: Wait<T>) => Promise<T>;
  /** Number of what was ticked off. */
  readonly checks: () => number;
}

/** Something is not as it should be; the screen has said so. */
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

/** Standard output. */
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

/** What a screen writes with. */
interface Writer {
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Gives the time in milliseconds. */
  readonly time: () => number;
  readonly color: (style: Style | undefined, text: string) => string;
  /** Writes a line, unless the screen is interrupted. */
  readonly line: (text: string) => void;
}

/**
 * Creates a screen.
 *
 * @param output Where it writes.
 * @param signal Interrupts it.
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
 * Writes what is of no use to anyone if nobody reads it any more, such as after the terminal was
 * closed: that is no error here.
 */
export function writeIfRead(output: Output, text: string): void {
  try {
    output.write(text);
  } catch {
    // What has to be read is written without this, and ends the demonstration.
  }
}

/** Writes a duration in seconds, such as "1.5 s". */
export function secondsSince(began: number, now = performance.now()): string {
  return `${((now - began) / 1000).toFixed(1)} s`;
}

function align(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
}
