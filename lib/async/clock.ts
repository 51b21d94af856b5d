/**
 * The clock that time limits and pauses are measured by.
 *
 * @module
 */

/** Measures time. A test may bring a clock of its own, and so not depend on the load of a machine. */
export interface Clock {
  /** Returns the current time. */
  readonly now: () => Date;
  /** Makes a signal that aborts with a `TimeoutError` after a time in milliseconds. */
  readonly timeout: (ms: number) => AbortSignal;
  /** Waits for a time in milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
}

/** The clock of the system. */
export const SYSTEM_CLOCK: Clock = {
  now: () => new Date(),
  timeout: (ms) => AbortSignal.timeout(ms),
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
