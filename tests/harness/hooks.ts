/**
 * How the charm's hooks run: as the built charm's executables, or in this process, which is some
 * thirty times as fast.
 *
 * @module
 */
import { type Clock, SYSTEM_CLOCK } from "../../lib/async/clock.ts";
import { type Execution, type Runner, runProcess } from "../juju/mod.ts";
import { CHARM } from "./charm.ts";
import { runInProcess } from "./in_process.ts";
import { LEAN_HOOK, leanCharm } from "./lean_charm.ts";
import { createSharedConnections } from "./shared_connections.ts";

/** How hooks run. */
export type Running = "in process" | "built";

/** How hooks run unless a test says otherwise: the variable HOOKS may say `in process`. */
export const RUNNING: Running = Deno.env.get("HOOKS") === "in process" ? "in process" : "built";

/** The charm's hooks. Disposal closes the connections of those in this process. */
export interface Hooks extends Disposable {
  /** Runs the hooks of all charms. */
  readonly run: Runner;
  /** Says how the charm's own hooks run from now on. */
  readonly runAs: (running: Running) => void;
}

/**
 * Finds the charm whose hooks can run in a way: those of the built charm can in both.
 *
 * @param running How its hooks are to run.
 * @returns Path of the charm.
 */
export async function charmFor(running: Running): Promise<string> {
  return running === "built" ? CHARM : await leanCharm();
}

/**
 * Makes a runner of hooks.
 *
 * @param charm Path of the charm.
 * @param options How its hooks run at first, and the clock of those in this process.
 */
export function createHooks(
  charm: string,
  { running, clock = SYSTEM_CLOCK }: {
    readonly running: Running;
    readonly clock?: Clock | undefined;
  },
): Hooks {
  const connections = createSharedConnections();
  const means = { clock, connect: connections.connect };
  let now = running;
  return {
    run: async (execution) => {
      const isInProcess = now === "in process" && (charm === CHARM || isLean(execution));
      return await (isInProcess ? runInProcess(execution, means) : runProcess(execution));
    },
    runAs: (running) => now = running,
    [Symbol.dispose]: () => connections[Symbol.dispose](),
  };
}

/** Other charms, such as the original one, have programs of their own. */
function isLean({ path }: Execution): boolean {
  return Deno.readTextFileSync(path) === LEAN_HOOK;
}
