/**
 * A clock for hooks that run in this process. Its time limits do not depend on the load of the
 * machine.
 *
 * @module
 */
import { type Clock, SYSTEM_CLOCK } from "../../lib/async/clock.ts";

/** A clock whose time limits end on demand. */
export interface TestClock extends Clock {
  /** Ends every running time limit. */
  readonly expire: () => void;
}

// Factor of the real limits, for a hook that waits for a server that never answers.
const FACTOR = 20;

/** Makes a clock whose pauses take no time. */
export function createTestClock(): TestClock {
  let running = new AbortController();
  return {
    now: SYSTEM_CLOCK.now,
    timeout: (ms) => AbortSignal.any([running.signal, SYSTEM_CLOCK.timeout(ms * FACTOR)]),
    pause: () => Promise.resolve(),
    expire: () => {
      running.abort(new DOMException("Signal timed out.", "TimeoutError"));
      running = new AbortController();
    },
  };
}
