/**
 * Takes steps one after another until one fails, and measures each.
 *
 * @module
 */
import type { Clock } from "../async/clock.ts";
import type { ActionTools, Results } from "../juju/action_tools.ts";
import type { Ending } from "./run.ts";

/** The result of a step. */
export type Taken<T> =
  /** It succeeded. `detail`: one line about it. */
  | { readonly kind: "ok"; readonly detail: string; readonly value: T }
  /** It failed. The reason has the remedy. */
  | { readonly kind: "failed"; readonly reason: string };

/** A way of steps. */
export interface Walk {
  /** Takes a step. Returns its value; undefined if it failed. */
  readonly step: <T>(name: string, take: () => Promise<Taken<T>>) => Promise<T | undefined>;
  /** Ends the way: all steps with their durations, and the failure. */
  readonly end: () => Ending;
}

/** Begins a way. Each step is logged as it ends. */
export function createWalk(
  clock: Pick<Clock, "now">,
  { actionLog }: Pick<ActionTools, "actionLog">,
): Walk {
  const steps: Record<string, Results> = {};
  let failure: string | undefined;
  return {
    step: async (name, take) => {
      const begin = clock.now().getTime();
      const taken = await take();
      const ms = String(clock.now().getTime() - begin);
      const detail = taken.kind === "ok" ? taken.detail : taken.reason;
      // Juju sorts the keys of results.
      const number = String(Object.keys(steps).length + 1).padStart(2, "0");
      const result = taken.kind === "ok" ? "ok" : "failed";
      steps[`${number}-${name}`] = { result, detail, ms };
      await actionLog(`${name}: ${result}: ${detail} (${ms} ms)`);
      if (taken.kind === "ok") return taken.value;
      failure = `${name}: ${taken.reason}`;
      return undefined;
    },
    end: () => ({ results: { steps }, failure }),
  };
}
