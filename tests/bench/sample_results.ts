/**
 * Results for tests of the bench's pure parts.
 *
 * @module
 */
import { type Case, nameOf } from "./cases.ts";
import type { Measured } from "./measure.ts";
import { type CaseResult, programOf } from "./results.ts";

/** Makes what one run took: `cpu` milliseconds, all of them its own. */
export function took(cpu: number): Measured {
  return { wallMs: 2 * cpu, ownMs: cpu, toolsMs: 0, peakMb: 60 };
}

/**
 * Makes the result of one case.
 *
 * @param cpu Milliseconds of processor time of the hook, by round. An empty program takes 10.
 */
export function resultOf(change: Partial<Case>, ...cpu: readonly number[]): CaseResult {
  const one: Case = {
    kind: "update-status",
    layout: "databag",
    size: 1,
    members: 1,
    toolDelayMs: 10,
    ...change,
  };
  return {
    ...one,
    name: nameOf(one),
    programs: {
      [programOf("charm", "empty")]: { rounds: cpu.map(() => took(10)) },
      [programOf("charm", "hook")]: { tools: 8, requests: 4, rounds: cpu.map(took) },
    },
  };
}
