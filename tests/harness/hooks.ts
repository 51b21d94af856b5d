/**
 * Runs the charm's hooks as executables of the built charm, or in this process, which is about
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

/** How hooks run by default. The variable HOOKS may be `in process`. */
export const RUNNING: Running = Deno.env.get("HOOKS") === "in process" ? "in process" : "built";

/** The charm's hooks. Disposal closes the connections of hooks in this process. */
export interface Hooks extends Disposable {
  /** Runs the hooks of all charms. */
  readonly run: Runner;
  /** Sets how the hooks of the charm under test run from now on. */
  readonly runAs: (running: Running) => void;
}

/**
 * Returns the path of a charm whose hooks can run in one way. The hooks of the built charm can run
 * in both ways.
 */
export async function charmFor(running: Running): Promise<string> {
  return running === "built" ? CHARM : await leanCharm();
}

/**
 * Makes a runner of hooks.
 *
 * @param charm Path of the charm.
 * @param options How the hooks run at first, and the clock of hooks in this process.
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

/** Returns whether a hook is of the lean charm. Other charms have real programs. */
function isLean({ path }: Execution): boolean {
  return Deno.readTextFileSync(path) === LEAN_HOOK;
}
