/**
 * A line that shows the progress of slow work. A thread of its own draws it, so that it also turns
 * while the work keeps this thread busy.
 *
 * @module
 */

/** What the line shows. */
export interface Progress {
  /** Text during the work. */
  readonly what: string;
  /** Width of the terminal in columns. */
  readonly width: number;
  /** Whether it may have colors. */
  readonly isColored: boolean;
}

/** A line that is drawn again and again. */
export interface Spinner {
  /** Sets the current part of the work. */
  readonly show: (part: string) => void;
  /** Waits until it has been drawn a number of times. For tests. */
  readonly drawn: (times: number) => void;
  /** Ends it, and erases the line. */
  readonly end: () => Promise<void>;
}

/** A message to the thread. */
export type Message =
  | {
    readonly kind: "begin";
    readonly progress: Progress;
    readonly count: Int32Array<SharedArrayBuffer>;
  }
  | { readonly kind: "show"; readonly part: string }
  | { readonly kind: "end" };

const THREAD = new URL("spinner_thread.ts", import.meta.url);
const LONGEST_WAIT_MS = 60_000;

/** Draws the line on standard output until it is ended. */
export function startSpinner(progress: Progress): Spinner {
  const thread = new Worker(THREAD, { type: "module" });
  const count = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const send = (message: Message) => thread.postMessage(message);
  send({ kind: "begin", progress, count });
  return {
    show: (part) => send({ kind: "show", part }),
    drawn: (times) => {
      for (let seen = 0; seen < times; seen = Atomics.load(count, 0)) {
        if (Atomics.wait(count, 0, seen, LONGEST_WAIT_MS) === "timed-out") {
          throw new Error("Cannot see the spinner: it is not drawn");
        }
      }
    },
    end: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      thread.onmessage = () => resolve();
      send({ kind: "end" });
      await promise;
      thread.terminate();
    },
  };
}
