import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { startLxd } from "../lxd/servers.ts";
import { APPLICATION } from "../harness/charm.ts";
import { relateHttps } from "../harness/https_requirer.ts";
import { deploy } from "../harness/deployment.ts";

const REASON = "The certificate of an authority was sent with the one it signed: " +
  "only the client's own is registered";

const root = await createCertificate({ commonName: "root", ca: true });
const middle = await createCertificate({ commonName: "middle", ca: true, issuer: root });
const leaf = await createCertificate({ commonName: "leaf", issuer: middle });
// Another root also signed the middle authority, and the middle authority signed a second leaf.
const otherRoot = await createCertificate({ commonName: "other root", ca: true });
const crossed = await createCertificate({
  commonName: "middle",
  ca: true,
  keyOf: middle,
  issuer: otherRoot,
});
const secondLeaf = await createCertificate({ commonName: "leaf", issuer: middle });
// A client signs its next certificate with its present key, which is no authority's key.
const client = await createCertificate({ commonName: "client" });
const successor = await createCertificate({ commonName: "successor", issuer: client });

const sorted = (...certificates: readonly TestCertificate[]) =>
  certificates.map(({ fingerprint }) => fingerprint).sort();

Deno.test("chains: an authority is never registered, however its chain is sent", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [r, m, l] = [root.certificate, middle.certificate, leaf.certificate];
  const chain = [root, middle];
  const everything = [root, otherRoot, crossed, middle, secondLeaf, leaf];
  const sent: readonly (readonly [
    string,
    string,
    readonly TestCertificate[],
    readonly TestCertificate[],
  ])[] = [
    ["one item each", JSON.stringify([r, m, l]), [leaf], chain],
    ["one item each, the leaf first", JSON.stringify([l, m, r]), [leaf], chain],
    ["the leaf in the middle", JSON.stringify([r, l, m]), [leaf], chain],
    ["one item", JSON.stringify([l + m + r]), [leaf], chain],
    ["two items", JSON.stringify([m + r, l]), [leaf], chain],
    ["two items, the leaf with the root", JSON.stringify([l + r, m]), [leaf], chain],
    ["no list", r + l + m, [leaf], chain],
    ["over and over", JSON.stringify([r, m, l, l, m + r, r]), [leaf], chain],
    [
      "crossed chains",
      JSON.stringify(everything.map(({ certificate }) => certificate)),
      [leaf, secondLeaf],
      [root, otherRoot, crossed, middle],
    ],
    ["without the root", JSON.stringify([m, l]), [leaf], [middle]],
    ["without the leaf", JSON.stringify([r, m]), [middle], [root]],
    ["without the middle", JSON.stringify([r, l]), [root, leaf], []],
    [
      "no right to sign",
      JSON.stringify([client.certificate, successor.certificate]),
      [successor],
      [client],
    ],
  ];
  for (const [what, value, registered, authorities] of sent) {
    requirer.offer(0, value);
    await deployment.settle();
    const { trusted, rejected } = requirer.told();
    assert.deepEqual(trusted, sorted(...registered), what);
    assert.deepEqual(Object.keys(await deployment.ours()).sort(), sorted(...registered), what);
    assert.deepEqual(rejected.map(({ fingerprint }) => fingerprint), sorted(...authorities), what);
    for (const { unit, reason } of rejected) {
      assert.deepEqual([unit, reason], ["my-charm/0", REASON]);
    }
  }
});

Deno.test("chains: a renewed certificate with the same name is no authority of the others", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const first = await createCertificate({ commonName: "client", ca: true });
  const renewed = await createCertificate({ commonName: "client", ca: true, keyOf: first });
  const next = await createCertificate({ commonName: "client", ca: true });
  requirer.offer(0, [next, renewed, first]);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, sorted(first, renewed, next));
  assert.deepEqual(requirer.told().rejected, []);
});

Deno.test("chains: one requirer's certificate is no authority of another requirer's certificate", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer("my-charm", 2);
  requirer.offer(0, [leaf]);
  requirer.offer(1, [middle]);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, sorted(leaf, middle));
  assert.deepEqual(requirer.told().rejected, []);
  requirer.offer("application", [root, middle]);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, sorted(leaf, middle));
  assert.deepEqual(requirer.told().rejected, [
    { unit: "my-charm", fingerprint: root.fingerprint, code: "authority", reason: REASON },
  ]);
});

Deno.test("chains: an authority that an older version registered is revoked", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const name = `${APPLICATION}@${deployment.model.uuid}:${requirer.relation.id}:my-charm-0`;
  await lxd.trust(root.certificate, { name });
  await lxd.trust(middle.certificate, { name: `${name}:${middle.fingerprint.slice(0, 12)}` });
  requirer.offer(0, [root, middle, leaf]);
  await deployment.settle();
  assert.deepEqual(Object.keys(await deployment.ours()), [leaf.fingerprint]);
  await lxd.trust(root.certificate, { name });
  await deployment.updateStatus();
  assert.deepEqual(Object.keys(await deployment.ours()), [leaf.fingerprint]);
  assert.deepEqual(requirer.told().trusted, [leaf.fingerprint]);

  // A foreign entry is neither published nor changed.
  await lxd.trust(root.certificate, { name: "by hand" });
  await deployment.updateStatus();
  assert.deepEqual(requirer.told().trusted, [leaf.fingerprint]);
  assert.ok(
    (await deployment.foreign()).some(({ fingerprint }) => fingerprint === root.fingerprint),
  );
});

Deno.test("chains: lxd-https registers the client's own certificate", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = relateHttps(deployment.model);
  const parts = [root, middle, leaf].map(({ certificate }) => certificate);
  for (const chain of [parts, parts.toReversed()]) {
    requirer.offer(0, chain.join(""));
    await deployment.settle();
    assert.deepEqual(Object.keys(await deployment.ours()), [leaf.fingerprint]);
    const told = requirer.told();
    assert.equal(told["registered_certificates"], JSON.stringify([leaf.certificate]));
    const rejected: { fingerprint: string; reason: string }[] = JSON.parse(
      told["rejected_certificates"] ?? "[]",
    );
    assert.deepEqual(rejected.map(({ fingerprint }) => fingerprint), sorted(root, middle));
    for (const { reason } of rejected) assert.equal(reason, REASON);
    requirer.offer(0, "");
    await deployment.settle();
    assert.deepEqual(await deployment.ours(), {});
  }
});
