/**
 * Runs a history, and checks the promises: after every hook, whenever the model has settled, and
 * after the removal of the charm.
 *
 * @module
 */
import { random } from "../juju/mod.ts";
import { APPLICATION } from "../harness/charm.ts";
import { APPLICATIONS, type History } from "./history.ts";
import { type HistoryState, type RunOptions, startHistory } from "./history_state.ts";
import { perform } from "./perform.ts";
import { checkAlike, checkGone, checkKept, checkSettled } from "./settled.ts";
import { readStore } from "./trust_store.ts";
import { clean, ensureRunning, type Server } from "./servers.ts";
import { type Watch, watch } from "./watch.ts";

const MAXIMUM_HOOKS = 2000;

/**
 * Runs a history, from the charm's deployment to its removal, and leaves LXD as it was.
 *
 * @throws {AssertionError} If a promise does not hold.
 */
export async function runHistory(
  server: Server,
  history: History,
  options: RunOptions = {},
): Promise<void> {
  await using state = await startHistory(server, history, options);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => clean(server));
  for (let number = 0; number < history.relations; number++) {
    const [application, endpoint] = [number, Math.floor(number / APPLICATIONS.length)];
    await perform(state, { kind: "relate", application, endpoint });
  }
  const watching = await watch(state);
  // 0 is the smallest seed. It always chooses the first hook.
  const choose = history.order === 0 ? () => 0 : random(history.order);
  for (const operation of [...history.operations, { kind: "settle" } as const]) {
    if (operation === null) continue;
    if (operation.kind === "run") {
      for (const pick of operation.picks) {
        state.pick = (count) => pick % count;
        await step(state, watching);
      }
      continue;
    }
    state.pick = choose;
    if (operation.kind === "settle") {
      await settle(state, watching);
      await options.onSettled?.(state);
    } else await perform(state, operation);
    await watching.look();
  }
  state.model.removeApplication(APPLICATION);
  for (const unit of state.model.units(APPLICATION)) state.leaving.add(unit);
  state.relations.length = 0;
  await watching.look();
  await rest(state, watching);
  await checkGone(state);
}

/** Repairs everything, runs all hooks, and then update-status on every unit. */
async function settle(state: HistoryState, watching: Watch): Promise<void> {
  await ensureRunning(state.server.lxd);
  state.server.standIn?.clear();
  state.model.faults.clear();
  state.isFaulty = false;
  if (!state.isTrusted) await perform(state, { kind: "trust" });
  if (state.allowed === "unreadable") await perform(state, { kind: "allow", projects: null });
  await watching.look();
  await rest(state, watching);
  if (state.isCalm) checkAlike(state);
  const before = await readStore(state);
  state.model.updateStatus(APPLICATION);
  await rest(state, watching);
  await checkSettled(state);
  await checkKept(state, before);
  watching.settled();
  state.isCalm = true;
}

async function rest(state: HistoryState, watching: Watch): Promise<void> {
  for (let count = 0; count < MAXIMUM_HOOKS; count++) {
    if (!await step(state, watching)) return;
  }
  throw new Error(`Cannot settle: more than ${MAXIMUM_HOOKS} hooks ran`);
}

async function step(state: HistoryState, watching: Watch): Promise<boolean> {
  const run = await state.model.step();
  // A new leader keeps the published data until update-status, but the other units do not.
  if (run?.hook === "leader-elected") state.isCalm = false;
  if (run) await watching.check(run);
  return run !== undefined;
}
