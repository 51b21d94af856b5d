/**
 * The demonstration, from beginning to end.
 *
 * @module
 */
import { buildTheCharms, deployTheCharm, startTheCluster } from "./setup.ts";
import type { Backend } from "./backend.ts";
import type { Screen } from "./screen.ts";
import {
  relateAnother,
  relateMyCharm,
  removeTheCharm,
  removeTheRelation,
  rotateItsCertificate,
  seeWhatItDoes,
  trustTheCharm,
} from "./steps.ts";

/**
 * Runs the demonstration, and ends everything that it started.
 *
 * @throws {CheckError} If a check fails.
 */
export async function runDemo(screen: Screen, backend: Backend): Promise<void> {
  screen.say(backend.says, "bold");
  screen.say("A model in this process replaces Juju: it runs the charm's hooks as Juju does.");
  screen.say("Lines with $ are the commands of an operator.");
  await using owned = new AsyncDisposableStack();
  const { charm, myCharm } = await buildTheCharms(screen);
  const lxd = await startTheCluster(screen, backend, owned);
  const demo = await deployTheCharm(screen, { charm, lxd, owned });
  const before = await lxd.trustStore();
  await trustTheCharm(demo);
  const asked = await relateMyCharm(demo, myCharm);
  await seeWhatItDoes(demo, asked);
  const rotated = await rotateItsCertificate(demo, asked);
  const other = await relateAnother(demo, myCharm, rotated);
  await removeTheRelation(demo, rotated, other);
  await removeTheCharm(demo, other, before);
}
