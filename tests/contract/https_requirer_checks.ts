/**
 * What this charm does for the requirers of `lxd-https`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { withoutNetworkKeys } from "../harness/databag.ts";
import type { HttpsRequirer } from "../harness/https_requirer.ts";
import { watch } from "../lxd/watch.ts";
import { confines, namesProject, replaces, takesEachUnit } from "./https_provider_checks.ts";
import { CERTIFICATES, type Check, enter, requirerOf, see, speak } from "./https_tried.ts";

const { a, c } = CERTIFICATES;

const letsIn = (peer: string): Check => async (tried) => {
  assert.equal(requirerOf(peer).connect(see(tried), UNIT), undefined);
  await speak(peer, tried, a.certificate);
  await enter(peer, tried, a);
};

/** The units' certificate comes first, then the application's, with no gap and one entry. */
const takesOneInAllDatabags: Check = async (tried) => {
  const { deployment, name, entries } = tried;
  const relates = () => speak("openshell-gateway-k8s", tried, a.certificate);
  const { sequence } = await watch(deployment.lxd, { a: a.fingerprint }, relates);
  assert.deepEqual(sequence, [[], ["a"]]);
  await deployment.updateStatus();
  assert.deepEqual(await entries(), { a: name });
};

const rotatesInAllDatabags: Check = async (tried) => {
  const { deployment, name, entries } = tried;
  await speak("openshell-gateway-k8s", tried, a.certificate);
  const fingerprints = { a: a.fingerprint, c: c.fingerprint };
  const rotates = () => speak("openshell-gateway-k8s", tried, c.certificate);
  const { sequence } = await watch(deployment.lxd, fingerprints, rotates);
  assert.deepEqual(sequence.filter((seen) => seen.length === 0), []);
  assert.deepEqual(await entries(), { c: name });
  await enter("openshell-gateway-k8s", tried, c);
};

/** Older revisions of the gateway wrote the key into both databags. An upgrade deletes it. */
const dropsProjects: Check = async (tried) => {
  const { deployment, name, requirer: { relation }, access } = tried;
  await speak("openshell-gateway-k8s", tried, a.certificate);
  const write = async (projects: string | undefined) => {
    for (const number of [0, 1]) relation.write(`${name}/${number}`, { projects });
    relation.writeApp(name, { projects });
    await deployment.settle();
  };
  // Both units wrote the certificate before the leader did. A hook that reads every databag finds
  // that it is the application's alone, and changes its entry from then on.
  await deployment.updateStatus();
  await write("web");
  assert.deepEqual(await access(a), ["web"]);
  await write(undefined);
  assert.equal(await access(a), "all");
};

const admitsAgain = (peer: string): Check => async (tried) => {
  const { deployment, name, entries } = tried;
  await speak(peer, tried, a.certificate);
  deployment.model.removeRelation(tried.requirer.relation);
  await deployment.settle();
  assert.deepEqual(await entries(), {});
  const relation = deployment.model.relate(`${APPLICATION}:https`, `${name}:lxd`);
  const requirer = { ...tried.requirer, relation, told: toldBy(relation) };
  await speak(peer, { ...tried, requirer }, a.certificate);
  await enter(peer, { ...tried, requirer }, a);
  deployment.model.removeRelation(relation);
};

function toldBy(relation: HttpsRequirer["relation"]): HttpsRequirer["told"] {
  return (unit = UNIT) => withoutNetworkKeys(relation.read(unit));
}

/** A check for each row of each requirer's table. */
export const REQUIRER_CHECKS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  "https-client": {
    "Databag it writes": takesEachUnit,
    "Certificate": replaces,
    "Projects": confines,
    "Databag it reads": letsIn("https-client"),
    "Removal": admitsAgain("https-client"),
  },
  "openshell-gateway-k8s": {
    "Databag it writes": takesOneInAllDatabags,
    "Certificate": rotatesInAllDatabags,
    "Projects": dropsProjects,
    "Databag it reads": letsIn("openshell-gateway-k8s"),
    "Project": namesProject,
    "Removal": admitsAgain("openshell-gateway-k8s"),
  },
};
