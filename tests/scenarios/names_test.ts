import assert from "node:assert/strict";
import { createCertificate, fingerprintsOf, type TestCertificate } from "../certificates.ts";
import { TESTED_DIALECTS } from "../lxd/tested_dialects.ts";
import { type StandIn, startStandIn } from "../lxd/stand_in.ts";
import { DIALECTS } from "../lxd/stand_in_dialect.ts";
import { watch } from "../lxd/watch.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";

const NEWER = TESTED_DIALECTS.filter((dialect) => DIALECTS[dialect].identities);
const DIGITS = 12;

for (const dialect of TESTED_DIALECTS) {
  Deno.test(`names: LXD ${dialect} takes several certificates of one requirer, and of two requirers`, async () => {
    await using lxd = await startStandIn({ dialect });
    await using deployment = await deploy(lxd);
    const [first, second] = [deployment.requirer("first"), deployment.requirer("second")];
    const [a, b, c, d] = await certificates();
    first.offer(0, [a, b]);
    await deployment.settle();
    assert.deepEqual(first.told().trusted, fingerprintsOf(a, b));
    assert.equal(nameOf(await lxd.trustStore(), a), named(deployment, "1:first-0", a));

    // Both certificates rotate, and at any time at least two are trusted.
    first.offer(0, [c, d]);
    const watched = { a: a.fingerprint, b: b.fingerprint, c: c.fingerprint, d: d.fingerprint };
    const { sequence } = await watch(lxd, watched, () => deployment.settle());
    assert.deepEqual(sequence.filter((seen) => seen.length < 2), [], "rotation leaves no gap");
    assert.deepEqual(first.told().trusted, fingerprintsOf(c, d));

    second.offer(0, [c, d]);
    await deployment.settle();
    assert.deepEqual(await deployment.ours(), {
      [c.fingerprint]: "shared",
      [d.fingerprint]: "shared",
    });
    assert.deepEqual(second.told().trusted, fingerprintsOf(c, d));
    first.offer(0, []);
    await deployment.settle();
    assert.deepEqual([first.told().trusted, second.told().trusted], [[], fingerprintsOf(c, d)]);
    deployment.model.removeRelation(second.relation);
    await deployment.settle();
    assert.deepEqual(await deployment.ours(), {});
    assert.match(deployment.status(), /^active: LXD \S+: 1 node, 0 certificates$/);
  });

  Deno.test(`names: a rename that LXD ${dialect} refuses delays nothing`, async () => {
    await using lxd = await startStandIn({ dialect });
    await using deployment = await deploy(lxd);
    const [first, second] = [deployment.requirer("first"), deployment.requirer("second")];
    const [shared, own, gone] = await certificates();
    first.offer(0, [shared, gone]);
    await deployment.settle();
    for (const status of [400, 403, 404, 409, 412]) {
      lxd.clear();
      lxd.fault({ method: "PATCH" }, { kind: "status", status });
      first.offer(0, [shared]);
      second.offer(0, [shared, own]);
      await deployment.settle();
      assert.deepEqual(first.told().trusted, fingerprintsOf(shared), `${status}`);
      assert.deepEqual(second.told().trusted, fingerprintsOf(shared, own), `${status}`);
      assert.match(deployment.status(), /^active: LXD \S+: 1 node, 2 certificates$/, `${status}`);
      await deployment.updateStatus();
      assert.deepEqual(second.told().trusted, fingerprintsOf(shared, own), `${status}`);
      lxd.clear();
      second.offer(0, []);
      first.offer(0, [shared, gone]);
      await deployment.settle();
      await deployment.updateStatus();
    }
  });

  Deno.test(`names: a revocation that LXD ${dialect} refuses delays no other change`, async () => {
    await using lxd = await startStandIn({ dialect });
    await using deployment = await deploy(lxd);
    const requirer = deployment.requirer();
    const [a, b, c] = await certificates();
    requirer.offer(0, [a, b]);
    await deployment.settle();
    const path = new RegExp(a.fingerprint);
    lxd.fault({ method: "DELETE", path }, { kind: "status", status: 400 });
    requirer.offer(0, [c]);
    await deployment.settle();
    const refused = `blocked: LXD refuses to revoke ${a.fingerprint.slice(0, 12)}: `;
    assert.ok(deployment.status().startsWith(refused), deployment.status());
    assert.deepEqual(requirer.told().trusted, fingerprintsOf(c));
    assert.deepEqual(Object.keys(await deployment.ours()).sort(), fingerprintsOf(a, c));
    lxd.clear();
    await deployment.updateStatus();
    assert.deepEqual(await deployment.ours(), { [c.fingerprint]: "1:my-charm-0" });
    assert.match(deployment.status(), /^active/);
  });

  Deno.test(`names: a refusal of LXD ${dialect} to a read blocks, and does not wait`, async () => {
    await using lxd = await startStandIn({ dialect });
    await using deployment = await deploy(lxd);
    const requirer = deployment.requirer();
    requirer.offer(0, [await createCertificate()]);
    await deployment.settle();
    const told = requirer.told();
    for (const path of [/^\/1\.0$/, /^\/1\.0\/certificates/]) {
      for (const status of [400, 404, 409, 429]) {
        lxd.clear();
        lxd.fault({ method: "GET", path }, { kind: "status", status });
        requirer.offer(0, [await createCertificate()]);
        await deployment.settle();
        assert.match(
          deployment.status(),
          /^blocked: LXD refuses what it is asked: /,
          `${path} ${status}`,
        );
        assert.deepEqual(requirer.told(), told);
      }
    }
  });
}

for (const dialect of NEWER) {
  Deno.test(`names: LXD ${dialect} already uses the name, and the charm takes a longer one`, async () => {
    await using lxd = await startStandIn({ dialect });
    await using deployment = await deploy(lxd);
    const [first, second] = [deployment.requirer("first"), deployment.requirer("second")];
    const [own, shared, taken, hidden] = await certificates();
    // Foreign entries already have the names that the charm would give.
    await lxd.trust(taken.certificate, {
      name: named(deployment, "1:first-0", own),
      type: "metrics",
    });
    await identity(lxd, named(deployment, "shared", shared), hidden);
    const foreign = await deployment.foreign();
    first.offer(0, [own, shared]);
    second.offer(0, [shared]);
    await deployment.settle();
    const names = (await lxd.trustStore()).filter(({ type, name }) =>
      type === "client" && name.startsWith(APPLICATION)
    ).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), [
      full(deployment, "1:first-0", own),
      full(deployment, "shared", shared),
    ]);
    assert.deepEqual(first.told().trusted, fingerprintsOf(own, shared));
    assert.deepEqual(second.told().trusted, fingerprintsOf(shared));
    assert.match(deployment.status(), /^active: LXD \S+: 1 node, 2 certificates$/);
    // The charm keeps these names.
    lxd.clear();
    await deployment.updateStatus();
    assert.deepEqual(lxd.requests.filter(({ method }) => method !== "GET"), []);
    first.offer(0, []);
    second.offer(0, []);
    await deployment.settle();
    await deployment.updateStatus();
    const left = (await lxd.trustStore()).map(({ fingerprint }) => fingerprint);
    assert.ok(left.includes(taken.fingerprint) && !left.includes(own.fingerprint));
    assert.ok(!left.includes(shared.fingerprint));
    assert.deepEqual(
      (await deployment.foreign()).filter(({ fingerprint }) => fingerprint !== taken.fingerprint),
      foreign.filter(({ fingerprint }) => fingerprint !== taken.fingerprint),
    );
  });

  Deno.test(`names: LXD ${dialect} already has the certificate as an identity, and the charm rejects it`, async () => {
    await using lxd = await startStandIn({ dialect });
    await using deployment = await deploy(lxd);
    const requirer = deployment.requirer();
    const [mine, other] = await certificates();
    await identity(lxd, "somebody's", mine);
    requirer.offer(0, [mine, other]);
    await deployment.settle();
    assert.deepEqual(requirer.told().trusted, fingerprintsOf(other));
    assert.deepEqual(requirer.told().rejected, [{
      unit: "my-charm/0",
      fingerprint: mine.fingerprint,
      code: "identity",
      reason: "The certificate is in LXD already, as an identity of its own, " +
        "which is no entry of the trust store",
    }]);
    assert.match(deployment.status(), /^active: LXD \S+: 1 node, 1 certificate, 1 rejected$/);
    requirer.offer(0, []);
    await deployment.settle();
    assert.deepEqual(requirer.told().rejected, []);
    const reply = await lxd.admin("GET", `/1.0/auth/identities/tls/${mine.fingerprint}`);
    assert.equal(reply.status, 200, "the foreign identity stays");
  });

  Deno.test(`names: entries with equal names of former versions survive the upgrade to LXD ${dialect}`, async () => {
    await using lxd = await startStandIn({ dialect: "5.0.2" });
    await using deployment = await deploy(lxd);
    const [first, second] = [deployment.requirer("first", 2), deployment.requirer("second")];
    const [a, b, c, d, e] = await certificates();
    const [wide] = await certificates();
    first.offer(0, [a, b]);
    first.offer(1, [c, d]);
    second.offer(0, [c, d, e]);
    await deployment.settle();
    // Former versions named entries without digits, and left projects on entries with full access.
    for (const { fingerprint, name } of await lxd.trustStore()) {
      if (!name.startsWith(APPLICATION)) continue;
      await lxd.amend(fingerprint, { name: name.slice(0, -1 - DIGITS) });
    }
    await lxd.createProject("web");
    await lxd.amend(e.fingerprint, { projects: ["web"] });
    const orphan = `${APPLICATION}@${deployment.model.uuid}:99:gone-0`;
    await lxd.trust(wide.certificate, { name: orphan });
    lxd.upgrade(dialect);
    second.offer(0, [c, d, e]);
    await deployment.updateStatus();
    assert.deepEqual(await deployment.ours(), {
      [a.fingerprint]: "1:first-0",
      [b.fingerprint]: "1:first-0",
      [c.fingerprint]: "shared",
      [d.fingerprint]: "shared",
      [e.fingerprint]: "2:second-0",
    });
    const { restricted, projects } = (await lxd.trustStore())
      .find(({ fingerprint }) => fingerprint === e.fingerprint) ?? {};
    assert.deepEqual([restricted, projects], [false, []]);
    assert.match(deployment.status(), /^active: LXD \S+: 1 node, 5 certificates$/);
    assert.deepEqual(first.told().trusted, fingerprintsOf(a, b, c, d));
    assert.deepEqual(second.told().trusted, fingerprintsOf(c, d, e));
    first.offer(1, []);
    first.offer(0, [a]);
    await deployment.settle();
    await deployment.updateStatus();
    assert.deepEqual(await deployment.ours(), {
      [a.fingerprint]: "1:first-0",
      [c.fingerprint]: "2:second-0",
      [d.fingerprint]: "2:second-0",
      [e.fingerprint]: "2:second-0",
    });
  });

  Deno.test(`names: LXD ${dialect} revokes an entry without digits that cannot be renamed`, async () => {
    await using lxd = await startStandIn({ dialect: "5.0.2" });
    await using deployment = await deploy(lxd);
    const requirer = deployment.requirer();
    const [a, b] = await certificates();
    requirer.offer(0, [a, b]);
    await deployment.settle();
    for (const { fingerprint } of [a, b]) {
      await lxd.amend(fingerprint, {
        name: `${APPLICATION}@${deployment.model.uuid}:1:my-charm-0`,
      });
    }
    lxd.upgrade(dialect);
    lxd.fault({ method: "PATCH" }, { kind: "status", status: 400 });
    await deployment.updateStatus();
    assert.deepEqual(requirer.told().trusted, fingerprintsOf(a, b));
    requirer.offer(0, [b]);
    await deployment.settle();
    assert.deepEqual(requirer.told().trusted, fingerprintsOf(b));
    const left = (await lxd.trustStore()).map(({ fingerprint }) => fingerprint);
    assert.deepEqual([left.includes(a.fingerprint), left.includes(b.fingerprint)], [false, true]);
    deployment.model.removeRelation(requirer.relation);
    await deployment.settle();
    assert.deepEqual(await deployment.ours(), {});
  });
}

type Five = readonly [
  TestCertificate,
  TestCertificate,
  TestCertificate,
  TestCertificate,
  TestCertificate,
];

async function certificates(): Promise<Five> {
  const made = await Promise.all([1, 2, 3, 4, 5].map(() => createCertificate()));
  return made as unknown as Five;
}

/** Creates an identity without permissions for a certificate. */
async function identity(
  lxd: StandIn,
  name: string,
  { certificate }: TestCertificate,
): Promise<void> {
  const reply = await lxd.admin("POST", "/1.0/auth/identities/tls", { name, certificate });
  assert.equal(reply.status, 201);
}

function named({ model }: Deployment, owner: string, { fingerprint }: TestCertificate): string {
  return `${APPLICATION}@${model.uuid}:${owner}:${fingerprint.slice(0, DIGITS)}`;
}

function full({ model }: Deployment, owner: string, { fingerprint }: TestCertificate): string {
  return `${APPLICATION}@${model.uuid}:${owner}:${fingerprint}`;
}

function nameOf(
  store: Awaited<ReturnType<StandIn["trustStore"]>>,
  { fingerprint }: TestCertificate,
): string | undefined {
  return store.find((entry) => entry.fingerprint === fingerprint)?.name;
}
