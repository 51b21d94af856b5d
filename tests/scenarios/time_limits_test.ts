import assert from "node:assert/strict";
import { ENTER_LIMIT_MS, LXD_LIMIT_MS } from "../../lib/lxd/time_limits.ts";
import { createCertificate } from "../certificates.ts";
import { startStandIn } from "../lxd/stand_in.ts";
import type { Fault, FaultMatch, LoggedRequest } from "../lxd/stand_in_faults.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";

/** A request that hangs, its fault, how often one hook may send it, and the end of the status. */
interface Case {
  readonly match: FaultMatch & { readonly path: RegExp };
  readonly fault: Fault["kind"] & ("silent" | "drip" | "flood");
  readonly sent: readonly number[];
  readonly cause: RegExp;
}

const SILENCE = /time-out$/;
// The charm cuts off an endless answer at the limit of its length or of its time.
const FLOOD = /(an answer without end|time-out)$/;
const ENTRANCE = /^\/1\.0$/;
const STORE = /^\/1\.0\/certificates\?/;
const ENTRY = /^\/1\.0\/certificates/;
const MEMBERS = /^\/1\.0\/cluster\/members/;

// A hook does not repeat a request that timed out, except `GET /1.0` at each member.
const CASES: readonly Case[] = [
  { match: { method: "GET", path: ENTRANCE }, fault: "silent", sent: [3], cause: SILENCE },
  { match: { method: "GET", path: STORE }, fault: "silent", sent: [1], cause: SILENCE },
  { match: { method: "GET", path: MEMBERS }, fault: "silent", sent: [1], cause: SILENCE },
  { match: { method: "POST", path: ENTRY }, fault: "silent", sent: [1], cause: SILENCE },
  { match: { method: "PATCH", path: ENTRY }, fault: "silent", sent: [1], cause: SILENCE },
  { match: { method: "DELETE", path: ENTRY }, fault: "silent", sent: [1], cause: SILENCE },
  { match: { method: "GET", path: STORE }, fault: "drip", sent: [1], cause: SILENCE },
  { match: { method: "POST", path: ENTRY }, fault: "drip", sent: [1], cause: SILENCE },
  { match: { method: "GET", path: STORE }, fault: "flood", sent: [1, 2, 3], cause: FLOOD },
  { match: { method: "POST", path: ENTRY }, fault: "flood", sent: [1], cause: FLOOD },
];

Deno.test("time limits: a hook ends though a request hangs, and the next hook catches up", async () => {
  // All cases run at once, because each one waits for a time limit.
  const results = await Promise.allSettled([...CASES.map(hang), hangEverywhere()]);
  assert.deepEqual(results.filter(({ status }) => status === "rejected"), []);
});

/** Checks that many hanging members share one time limit. */
async function hangEverywhere(): Promise<void> {
  await using lxd = await startStandIn({ members: 9 });
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  await deployment.settle();
  assert.equal(requirer.told().nodes.length, 9);
  lxd.clear();
  lxd.fault({ path: ENTRANCE }, { kind: "silent" });
  const certificate = await createCertificate();
  requirer.offer(0, [certificate]);
  await settleOneHook(deployment);
  assert.equal(
    deployment.status(),
    `waiting: No answer from ${lxd.members[0]?.endpoint}: time-out`,
  );
  // The last request gets the rest of the limit, which may be nothing.
  assert.ok(lxd.requests.length <= LXD_LIMIT_MS / ENTER_LIMIT_MS + 1, `${lxd.requests.length}`);
  lxd.clear();
  await deployment.updateStatus();
  assert.deepEqual(requirer.told().trusted, [certificate.fingerprint]);
}

async function hang({ match, fault, sent, cause }: Case): Promise<void> {
  const what = `${match.method} ${match.path}: ${fault}`;
  await using lxd = await startStandIn({ members: 3 });
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [kept, former, next] = [
    await createCertificate(),
    await createCertificate(),
    await createCertificate(),
  ];
  requirer.offer(0, [kept, former]);
  await deployment.settle();
  const foreign = await deployment.foreign();
  lxd.clear();
  lxd.fault(match, { kind: fault });
  // The plan registers one entry, changes one, and revokes one.
  requirer.relation.write("my-charm/0", { projects: '["default"]' });
  requirer.offer(0, [kept, next]);
  await settleOneHook(deployment);
  assert.match(deployment.status(), /^waiting: No answer from https:/, what);
  assert.match(deployment.status(), cause, what);
  const count = lxd.requests.filter((one) => isMatching(one, match)).length;
  assert.ok(sent.includes(count), `${what}: sent ${count} times`);
  const ours = await deployment.ours();
  assert.ok(ours[kept.fingerprint] && (ours[former.fingerprint] || ours[next.fingerprint]), what);

  lxd.clear();
  await deployment.updateStatus();
  assert.equal(deployment.status(), "active: LXD 5.0.2: 3 nodes, 2 certificates", what);
  const names = { [kept.fingerprint]: "1:my-charm-0", [next.fingerprint]: "1:my-charm-0" };
  assert.deepEqual(await deployment.ours(), names, what);
  assert.deepEqual(requirer.told().trusted, Object.keys(names).sort(), what);
  assert.deepEqual(await deployment.foreign(), foreign, what);
}

function isMatching({ method, path }: LoggedRequest, match: Case["match"]): boolean {
  return method === match.method && match.path.test(path);
}

/** Settles, and checks that one hook sent all requests. */
async function settleOneHook(deployment: Deployment): Promise<void> {
  const before = deployment.model.runs.length;
  await deployment.settle();
  assert.equal(deployment.model.runs.length, before + 1);
}
