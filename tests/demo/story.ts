/**
 * The demonstration, from beginning to end.
 *
 * @module
 */
import { buildTheCharms, deployTheCharm, startTheCluster } from "./beginning.ts";
import type { Place } from "./place.ts";
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
 * Tells the story of a charm, and disposes of all that it was told with.
 *
 * @param screen Where it is shown.
 * @param place Where it takes place.
 * @throws {CheckError} if something is not as it should be.
 */
export async function tell(screen: Screen, place: Place): Promise<void> {
  screen.say(place.says, "bold");
  screen.say("Juju is a model of it in this process: it runs the charm's hooks as Juju does.");
  screen.say("Lines with $ are what an operator would type.");
  await using owned = new AsyncDisposableStack();
  const { charm, myCharm } = await buildTheCharms(screen);
  const lxd = await startTheCluster(screen, place, owned);
  const world = await deployTheCharm(screen, { charm, lxd, owned });
  const before = await lxd.trustStore();
  const stage = { screen, world };
  await trustTheCharm(stage);
  const asked = await relateMyCharm(stage, myCharm);
  await seeWhatItDoes(stage, asked);
  const rotated = await rotateItsCertificate(stage, asked);
  const other = await relateAnother(stage, myCharm, rotated);
  await removeTheRelation(stage, rotated, other);
  await removeTheCharm(stage, other, before);
}
