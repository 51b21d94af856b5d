/**
 * Runs one action: reads its parameters, and reports its results or its failure to Juju.
 *
 * @module
 */
import { type AuditedHook, createHook, runMain, type Surroundings } from "../hook.ts";
import { type ActionTools, createActionTools, type Results } from "../juju/action_tools.ts";
import { isRefusal, quoteWords } from "../juju/refusal.ts";
import { type Parameters, readParameters } from "./parameters.ts";

/** What an action works with. */
export interface Setup {
  /** The unit. */
  readonly hook: AuditedHook;
  /** The parts of its process. */
  readonly surroundings: Surroundings;
  /** Keeps connections to LXD until the action ends. */
  readonly connections: DisposableStack;
  /** The hook tools for actions. */
  readonly tools: Pick<ActionTools, "actionLog">;
}

/** How an action ended. */
export interface Ending {
  /** Its results, also those of a failed action. @default {none} */
  readonly results?: Results;
  /** Why it failed, and the remedy; undefined if it did not fail. */
  readonly failure?: string | undefined;
}

/** An action. */
export interface Action<P> {
  /** Its parameters. */
  readonly parameters: Parameters<P>;
  /** Performs it. */
  readonly perform: (setup: Setup, parameters: P) => Promise<Ending>;
}

/** Runs the action that this process is. The exit code is 1 for a bug only. */
export async function runAction<P>(action: Action<P>): Promise<void> {
  await runMain((surroundings) => perform(surroundings, action));
}

/** Runs one action in given surroundings. */
export async function perform<P>(given: Surroundings, action: Action<P>): Promise<void> {
  // Juju shows what an action prints as one of its results.
  const surroundings: Surroundings = { ...given, log: () => {} };
  const tools = createActionTools(surroundings.exec);
  const { results, failure } = await endingOf(surroundings, action, tools);
  if (results) await tools.actionSet(results);
  if (failure !== undefined) await tools.actionFail(failure);
}

async function endingOf<P>(
  surroundings: Surroundings,
  { parameters, perform }: Action<P>,
  tools: ActionTools,
): Promise<Ending> {
  const read = readParameters(parameters, await tools.actionGet());
  if (read.kind === "unreadable") return { failure: read.reason };
  using connections = new DisposableStack();
  const hook = createHook(surroundings, connections);
  try {
    return await perform({ hook, surroundings, connections, tools }, read.values);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const words = quoteWords(error.stderr);
    return { failure: `Juju refuses a hook tool (${words}): run the action again later` };
  }
}
