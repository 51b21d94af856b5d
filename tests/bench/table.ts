/**
 * The results as a table for a terminal.
 *
 * @module
 */
import { type CaseResult, type Figure, medianOf, programOf, ratioOf } from "./results.ts";

const COLUMNS = [
  "Case",
  "Program",
  "Tools",
  "Requests",
  "CPU ms",
  "x minimal",
  "x empty",
  "Wall ms",
  "x minimal",
  "Peak MB",
  "x empty",
  "x Python: wall",
  "memory",
];

const PYTHON = "python";
const WIDTHS = [48, 8, 6, 9, 7, 10, 8, 8, 10, 8, 8, 15, 7];

/** The names of the columns. `CPU` is the processor time of the hook with its tools. */
export const HEAD = `${align(COLUMNS)}\n`;

/** Renders results: for each case one line for each charm. */
export function renderRows(results: readonly CaseResult[]): string {
  return results.flatMap(rowsOf).map((row) => `${align(row)}\n`).join("");
}

function rowsOf(result: CaseResult): readonly (readonly string[])[] {
  const hooks = Object.keys(result.programs)
    .filter((name) => !name.endsWith(" minimal") && !name.endsWith(" empty"));
  const rows = hooks.map((name) => rowOf(result, name));
  return hooks.includes("A") && hooks.includes("B") ? [...rows, compare(result)] : rows;
}

function rowOf(result: CaseResult, name: string): readonly string[] {
  const { tools, requests } = result.programs[name] ?? {};
  const minimal = [name, programOf(name, "minimal")] as const;
  const empty = [name, programOf(name, "empty")] as const;
  const python = name === PYTHON ? [name, ""] as const : [name, PYTHON] as const;
  const shown = (figure: Figure) => medianOf(result, name, figure).toFixed(0);
  return [
    result.name,
    name,
    countOf(tools),
    countOf(requests),
    shown("cpuMs"),
    factor(ratioOf(result, minimal, "cpuMs")),
    factor(ratioOf(result, empty, "cpuMs")),
    shown("wallMs"),
    factor(ratioOf(result, minimal, "wallMs")),
    shown("peakMb"),
    factor(ratioOf(result, empty, "peakMb")),
    factor(ratioOf(result, python, "wallMs")),
    factor(ratioOf(result, python, "peakMb")),
  ];
}

/** The second charm beside the first one. */
function compare(result: CaseResult): readonly string[] {
  const of = (figure: Figure) => factor(ratioOf(result, ["B", "A"], figure));
  const none = "";
  return [
    result.name,
    "B / A",
    none,
    none,
    of("cpuMs"),
    none,
    none,
    of("wallMs"),
    none,
    of("peakMb"),
  ];
}

function countOf(count: number | undefined): string {
  return count === undefined ? "" : String(count);
}

function factor(ratio: number): string {
  return Number.isNaN(ratio) ? "" : ratio.toFixed(2);
}

function align(row: readonly string[]): string {
  return row.map((cell, column) => {
    const width = WIDTHS[column] ?? 0;
    return column < 2 ? cell.padEnd(width) : cell.padStart(width);
  }).join(" ").trimEnd();
}
