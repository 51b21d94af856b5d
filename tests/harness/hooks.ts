/**
 * How the charm's hooks run: as the built charm's executables, or, where the variable HOOKS is
 * `in process`, in this process, which is some thirty times as fast.
 *
 * @module
 */
import { createLeanCharm, LEAN_HOOK } from "./lean_charm.ts";
import { runInProcess } from "./in_process.ts";
import { type Runner, runProcess } from "../juju/agent/runner.ts";
import { CHARM } from "./charm.ts";

/** The charm, and what runs it. */
export interface Hooks extends AsyncDisposable {
  /** Path of the charm. */
  readonly charm: string;
  /** Runs the hooks of all charms. */
  readonly run: Runner;
}

/** Prepares the charm under test. */
export async function prepareHooks(): Promise<Hooks> {
  if (Deno.env.get("HOOKS") !== "in process") {
    return { charm: CHARM, run: runProcess, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const lean = await createLeanCharm();
  return {
    charm: lean.path,
    // Other charms, such as the original one, have programs of their own.
    run: async (execution) => {
      const isLean = await Deno.readTextFile(execution.path).catch(() => "") === LEAN_HOOK;
      return await (isLean ? runInProcess : runProcess)(execution);
    },
    [Symbol.asyncDispose]: () => lean[Symbol.asyncDispose](),
  };
}
