/**
 * Lets a history happen, and checks what must hold: after every hook, whenever all has come to rest,
 * and once the charm is gone.
 *
 * @module
 */
import { random } from "../juju/random.ts";
import { APPLICATION } from "../harness/charm.ts";
import { APPLICATIONS, type History } from "./history.ts";
import { type HistoryWorld, openWorld, type Stage } from "./history_world.ts";
import { perform } from "./perform.ts";
import { checkAlike, checkGone, checkSettled } from "./settled.ts";
import { clean, ensureRunning } from "./stage.ts";
import { type Watch, watch } from "./watch.ts";

const MAXIMUM_HOOKS = 2000;

/**
 * Plays a history, from the charm's deployment to its removal, and leaves LXD as it was.
 *
 * @param stage Where.
 * @param history What happens.
 * @throws {AssertionError} If something does not hold.
 */
export async function play(stage: Stage, history: History): Promise<void> {
  await using world = await openWorld(stage, history);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => clean(stage));
  for (let number = 0; number < history.relations; number++) {
    const [application, endpoint] = [number, Math.floor(number / APPLICATIONS.length)];
    await perform(world, { kind: "relate", application, endpoint });
  }
  const watching = await watch(world);
  // 0 is the smallest: always the first one.
  const choose = history.order === 0 ? () => 0 : random(history.order);
  for (const operation of [...history.operations, { kind: "settle" } as const]) {
    if (operation === null) continue;
    if (operation.kind === "run") {
      for (const pick of operation.picks) {
        world.pick = (count) => pick % count;
        await step(world, watching);
      }
      continue;
    }
    world.pick = choose;
    if (operation.kind === "settle") await settle(world, watching);
    else await perform(world, operation);
    await watching.look();
  }
  world.model.removeApplication(APPLICATION);
  for (const unit of world.model.units(APPLICATION)) world.leaving.add(unit);
  world.relations.length = 0;
  await watching.look();
  await rest(world, watching);
  await checkGone(world);
}

/** The operator mends everything, all comes to rest, and every unit looks once more. */
async function settle(world: HistoryWorld, watching: Watch): Promise<void> {
  await ensureRunning(world.stage.lxd);
  world.stage.standIn?.clear();
  world.model.faults.clear();
  world.isFaulty = false;
  if (!world.isTrusted) await perform(world, { kind: "trust" });
  if (world.allowed === "unreadable") await perform(world, { kind: "allow", projects: null });
  await watching.look();
  await rest(world, watching);
  if (world.isCalm) checkAlike(world);
  world.model.updateStatus(APPLICATION);
  await rest(world, watching);
  await checkSettled(world);
  world.isCalm = true;
}

async function rest(world: HistoryWorld, watching: Watch): Promise<void> {
  for (let count = 0; count < MAXIMUM_HOOKS; count++) {
    if (!await step(world, watching)) return;
  }
  throw new Error(`Cannot settle: more than ${MAXIMUM_HOOKS} hooks ran`);
}

async function step(world: HistoryWorld, watching: Watch): Promise<boolean> {
  const run = await world.model.step();
  // A new leader goes on telling what was told until it has run update-status, and the others do not.
  if (run?.hook === "leader-elected") world.isCalm = false;
  if (run) await watching.check(run);
  return run !== undefined;
}
