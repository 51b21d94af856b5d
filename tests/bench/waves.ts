/**
 * What a hook does at the same time, and what one after the other.
 *
 * @module
 */

/** A span of time. */
export interface Span {
  /** Its start, in milliseconds. */
  readonly start: number;
  /** Its end, in milliseconds. */
  readonly end: number;
}

/**
 * Groups spans into waves. The spans of a wave began before any of them ended; a wave begins once one of
 * the former wave has ended.
 *
 * @example Two at the same time, then one
 * ```ts
 * import assert from "node:assert/strict";
 * const spans = [{ start: 0, end: 2 }, { start: 3, end: 4 }, { start: 1, end: 5 }];
 * assert.deepEqual(wavesOf(spans).map((wave) => wave.length), [2, 1]);
 * ```
 */
export function wavesOf<T extends Span>(spans: readonly T[]): readonly (readonly T[])[] {
  const waves: T[][] = [];
  let firstEnd = -Infinity;
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    if (span.start >= firstEnd) {
      waves.push([]);
      firstEnd = Infinity;
    }
    waves.at(-1)?.push(span);
    firstEnd = Math.min(firstEnd, span.end);
  }
  return waves;
}
