/**
 * The thread of {@linkcode startSpinner}.
 *
 * @module
 */
import { styleText } from "node:util";
import type { Message, Progress } from "./spinner.ts";

/** The scope of a thread. The types of this project are those of a window. */
const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: Message }) => void;
  readonly postMessage: (message: string) => void;
};

const FRAMES = [..."\u280b\u2819\u2839\u2838\u283c\u2834\u2826\u2827\u2807\u280f"];
const FRAME_MS = 100;
const ERASE_LINE = "\r\x1b[K";
/** Columns of the indentation, of the frame, and of the spaces around it. */
const MARGIN = 5;

let timer: ReturnType<typeof setInterval> | undefined;
let part = "";

scope.onmessage = ({ data }) => {
  if (data.kind === "show") part = data.part;
  if (data.kind === "begin") begin(data.progress, data.count);
  if (data.kind !== "end") return;
  clearInterval(timer);
  write(ERASE_LINE);
  scope.postMessage("ended");
};

function begin(
  { what, width, isColored }: Progress,
  count: Int32Array<SharedArrayBuffer>,
): void {
  const began = performance.now();
  const draw = () => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const frame = FRAMES[Atomics.load(count, 0) % FRAMES.length] ?? "";
    const shown = isColored ? styleText("cyan", frame, { validateStream: false }) : frame;
    const text = `${what} ${seconds} s ${part}`.trimEnd().slice(0, width - MARGIN);
    write(`${ERASE_LINE}  ${shown} ${text}`);
    Atomics.add(count, 0, 1);
    Atomics.notify(count, 0);
  };
  draw();
  timer = setInterval(draw, FRAME_MS);
}

function write(text: string): void {
  try {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  } catch {
    // Nobody reads it. The lines of the demonstration report a closed output.
  }
}
