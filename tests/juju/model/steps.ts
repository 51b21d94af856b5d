/**
 * Runs the hooks of a model one by one, in an order that Juju allows, and
 * actions between them.
 *
 * @module
 */

import type { Executor } from "../agent/executor.ts";
import type { HookRun } from "../agent/hook_run.ts";
import { commitHook } from "../schedule/commit_hook.ts";
import { nextHooks } from "../schedule/next_hooks.ts";
import { configHash } from "../state/config.ts";
import { allUnits, getUnit } from "../state/queries.ts";
import type { HookInfo, ModelState, Unit } from "../state/state.ts";
import { actionContext, actionResult } from "./actions.ts";
import type { Model, ModelOptions, PendingHook, SettleOptions } from "./api.ts";

const DEFAULT_MAX_HOOKS = 1000;

/** What createSteps() gives. Disposal kills what runs, and waits for its end. */
export type Steps =
  & Pick<Model, "pending" | "resolve" | "runAction" | "runs" | "settle" | "step">
  & AsyncDisposable;

/** What steps are made with. */
export interface StepsOptions {
  readonly executor: Executor;
  readonly pick: NonNullable<ModelOptions["pick"]>;
}

interface Candidate {
  readonly unit: Unit;
  readonly hook: HookInfo;
}

/** Gives the part of the model's interface that runs hooks and actions. */
export function createSteps(
  state: ModelState,
  { executor, pick }: StepsOptions,
): Steps {
  const runs: HookRun[] = [];

  /** Hooks and actions of a model run one at a time. */
  let busy: Promise<unknown> = Promise.resolve();
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const result = busy.then(work);
    busy = result.catch(() => undefined);
    return result;
  }

  function candidates(): readonly Candidate[] {
    return allUnits(state)
      .flatMap((unit) => nextHooks(state, unit).map((hook) => ({ unit, hook })));
  }

  function choose(found: readonly Candidate[]): Candidate {
    const index = found.length === 1 ? 0 : pick(found.map(show));
    const chosen = found[index];
    if (chosen) return chosen;
    throw new RangeError(`Cannot pick hook ${index}: there are ${found.length}`);
  }

  function step(): Promise<HookRun | undefined> {
    return alone(async () => {
      const found = candidates();
      if (found.length === 0) return undefined;
      const { hook, unit } = choose(found);
      const done = await executor.runHook(unit, hook);
      runs.push(done);
      return done;
    });
  }

  async function settle(
    { replays = 0, maxHooks = DEFAULT_MAX_HOOKS }: SettleOptions = {},
  ): Promise<void> {
    const failures = new Map<string, number>();
    for (let count = 0; count < maxHooks; count++) {
      const done = await step();
      if (done === undefined) return;
      if (done.outcome !== "failed") {
        failures.delete(done.unit);
        continue;
      }
      const failed = (failures.get(done.unit) ?? 0) + 1;
      failures.set(done.unit, failed);
      if (failed > replays) throw hookError(done);
    }
    throw new Error(`Cannot settle: more than ${maxHooks} hooks ran`);
  }

  return {
    runs,
    pending: () => candidates().map(show),
    step,
    settle,
    runAction: (name, action, params = {}) =>
      alone(async () => {
        const unit = getUnit(state, name);
        const context = actionContext(state, unit, action, params);
        const done = await executor.runAction(unit, context);
        runs.push(done);
        return actionResult(done, context);
      }),
    resolve: (name) => {
      const unit = getUnit(state, name);
      if (!unit.failed) {
        throw new Error(`Cannot resolve "${name}": no hook has failed`);
      }
      const { relationId } = unit.failed;
      const local = unit.relations.get(relationId ?? -1);
      if (local && state.ghosts.has(relationId ?? -1)) local.leftover = true;
      commitHook(state, unit, unit.failed, configHash(state, unit));
    },
    async [Symbol.asyncDispose]() {
      await executor[Symbol.asyncDispose]();
      await busy;
    },
  };
}

function show({ unit, hook }: Candidate): PendingHook {
  return {
    unit: unit.name,
    hook: hook.hook,
    ...(hook.relationId !== undefined && { relation: hook.relationId }),
    ...(hook.remoteUnit !== undefined && { remoteUnit: hook.remoteUnit }),
  };
}

function hookError({ error, hook, stderr, stdout, unit }: HookRun): Error {
  const output = [stderr, stdout].filter((text) => text !== "").join("\n");
  return new Error(
    `Cannot settle: hook "${hook}" of ${unit} failed: ${error}\n${output}`,
  );
}
