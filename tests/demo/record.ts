/**
 * `deno task record`: runs the demonstration on a real LXD, and draws it as `docs/demo.svg`.
 *
 * @module
 */
import { type Backend, findBackend } from "./backend.ts";
import { runDemo } from "./run.ts";
import { createScreen } from "./screen.ts";
import { steadyScreen } from "./steady.ts";
import { drawTerminal, unstyled } from "./terminal_svg.ts";

/** The drawn recording. */
export const FILE: URL = new URL("../../docs/demo.svg", import.meta.url);

const COLUMNS = 60;
// Nothing takes time here, because no two runs take the same.
const TIMELESS = " (0.0 s)";

/** A recording of the demonstration in a terminal of 60 columns. */
export interface Recorded {
  /** The lines, without colors. */
  readonly lines: readonly string[];
  /** The lines as an SVG. */
  readonly svg: string;
}

/** Runs the demonstration, and records it. */
export async function record(backend: Backend): Promise<Recorded> {
  const shown: string[] = [];
  const output = {
    write: (text: string) => void shown.push(text),
    columns: COLUMNS,
    isColored: true,
    now: () => 0,
  };
  const screen = steadyScreen(createScreen(output, new AbortController().signal));
  await runDemo(screen, backend);
  screen.say(`\nAll checks passed: ${screen.checks()}.`);
  const styled = shown.join("").trimEnd().split("\n").map((line) => line.replace(TIMELESS, ""));
  const lines = styled.map(unstyled);
  const steps = lines.filter((line) => /^\d+\. /.test(line)).join("; ");
  const svg = drawTerminal({
    title: "LXD Integrator at work",
    description: `A terminal shows the commands of an operator and their results. ${steps}.`,
    columns: COLUMNS,
    lines: styled,
  });
  return { lines, svg };
}

if (import.meta.main) {
  const { svg } = await record(await findBackend());
  await Deno.writeTextFile(FILE, svg);
}
