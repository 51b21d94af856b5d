/**
 * Runs the hooks of a model one by one, in an order that Juju allows, and actions between them.
 *
 * @module
 */

import type { Executor } from "../agent/executor.ts";
import type { HookRun } from "../agent/hook_run.ts";
import { resolveHook } from "../schedule/commit_hook.ts";
import { nextHooks } from "../schedule/next_hooks.ts";
import { allUnits, getUnit } from "../state/queries.ts";
import type { HookInfo, ModelState, Unit } from "../state/state.ts";
import { actionContext, actionResult } from "./actions.ts";
import type { Model, ModelOptions, PendingHook } from "./api.ts";
import { settle } from "./settle.ts";

/** The functions of a model that run hooks. Disposal kills the running hook. */
export type Steps =
  & Pick<Model, "pending" | "resolve" | "runAction" | "runs" | "settle" | "step">
  & AsyncDisposable;

/** Options of createSteps(). */
export interface StepsOptions {
  readonly executor: Executor;
  readonly pick: NonNullable<ModelOptions["pick"]>;
}

/** A hook that may run next. */
interface Candidate {
  readonly unit: Unit;
  readonly hook: HookInfo;
}

/** Creates the functions of a model that run hooks and actions. */
export function createSteps(
  state: ModelState,
  { executor, pick }: StepsOptions,
): Steps {
  const runs: HookRun[] = [];

  // A model runs its hooks and actions one at a time.
  let last: Promise<unknown> = Promise.resolve();
  function enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }

  const step = () =>
    enqueue(async () => {
      const found = candidates(state);
      if (found.length === 0) return undefined;
      const { hook, unit } = choose(found, pick);
      const run = await executor.runHook(unit, hook);
      runs.push(run);
      return run;
    });

  return {
    runs,
    pending: () => candidates(state).map(pendingHook),
    step,
    settle: (options) => settle(step, options),
    runAction: (name, action, params = {}) =>
      enqueue(async () => {
        const unit = getUnit(state, name);
        const context = actionContext(state, unit, { name: action, params });
        const run = await executor.runAction(unit, context);
        runs.push(run);
        return actionResult(run, context);
      }),
    resolve: (name) => resolveHook(state, getUnit(state, name)),
    async [Symbol.asyncDispose]() {
      await executor[Symbol.asyncDispose]();
      await last;
    },
  };
}

function candidates(state: ModelState): readonly Candidate[] {
  return allUnits(state)
    .flatMap((unit) => nextHooks(state, unit).map((hook) => ({ unit, hook })));
}

function choose(
  found: readonly Candidate[],
  pick: StepsOptions["pick"],
): Candidate {
  const index = found.length === 1 ? 0 : pick(found.map(pendingHook));
  const chosen = found[index];
  if (chosen) return chosen;
  throw new RangeError(`Cannot pick hook ${index}: there are ${found.length}`);
}

function pendingHook({ hook, unit }: Candidate): PendingHook {
  return {
    unit: unit.name,
    hook: hook.hook,
    ...(hook.relationId !== undefined && { relation: hook.relationId }),
    ...(hook.remoteUnit !== undefined && { remoteUnit: hook.remoteUnit }),
  };
}
