import assert from "node:assert/strict";
import { createCertificate, fingerprintOf, type TestCertificate } from "../certificates.ts";
import { accessOf } from "../harness/access.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { addRequirer, type Interface, renderOffer } from "../harness/requirer.ts";
import { startLxd } from "../lxd/servers.ts";

const OTHERS =
  "Another application has this certificate registered, with access to other projects: " +
  "use a certificate of your own";

/** An application that sends the certificate. */
interface Side {
  /** Writes the certificate and the projects; null for no projects. */
  readonly ask: (projects: readonly string[] | null) => void;
  /** Withdraws the certificate. */
  readonly withdraw: () => void;
  /** Breaks the relation. */
  readonly leave: () => void;
  /** Reads whether the certificate is published as registered, and the reasons against it. */
  readonly answer: () => readonly [isRegistered: boolean, reasons: readonly string[]];
}

interface SideOptions {
  readonly name: string;
  readonly spoken: Interface;
  readonly of: "unit" | "application";
  readonly certificate: TestCertificate;
}

function relate({ model }: Deployment, { name, spoken, of, certificate }: SideOptions): Side {
  const relation = addRequirer(model, name, { interface: spoken });
  const write = (changes: Readonly<Record<string, string>>): void => {
    if (of === "application") relation.writeApp(name, changes);
    else relation.write(`${name}/0`, changes);
  };
  return {
    ask: (projects) => {
      const text = spoken === "lxd" ? JSON.stringify(projects) : projects?.join(",") ?? "";
      write({ ...renderOffer(spoken, [certificate]), projects: projects === null ? "" : text });
    },
    withdraw: () => write({ ...renderOffer(spoken, []), projects: "" }),
    leave: () => model.removeRelation(relation),
    answer: () => {
      const databag = relation.read(UNIT);
      const registered: string[] = JSON.parse(databag["registered_certificates"] || "[]");
      const rejected: { reason: string }[] = JSON.parse(databag["rejected_certificates"] || "[]");
      const fingerprints = registered.map(fingerprintOf);
      return [
        fingerprints.includes(certificate.fingerprint),
        rejected.map(({ reason }) => reason),
      ];
    },
  };
}

const SIDES = [
  { victim: ["lxd", "unit"], attacker: ["lxd-https", "unit"] },
  { victim: ["lxd-https", "unit"], attacker: ["lxd", "application"] },
  { victim: ["lxd", "application"], attacker: ["lxd", "unit"] },
  { victim: ["lxd-https", "application"], attacker: ["lxd-https", "unit"] },
] as const;

const IN = [true, []] as const;
const NO_PROJECT = 'No LXD project "no-such"';

Deno.test.each(SIDES)(
  "sharing: an application gets no more of the certificate of another one: $victim, $attacker",
  async ({ victim: [spokenOf, of], attacker: [spoken, ofAttacker] }) => {
    await using lxd = await startLxd();
    for (const name of ["web", "db"]) await lxd.createProject(name);
    await using deployment = await deploy(lxd);
    const certificate = await createCertificate();
    const mine = { name: "victim", spoken: spokenOf, of, certificate };
    // The attacker has the older relation.
    const attacker = relate(deployment, { name: "evil", spoken, of: ofAttacker, certificate });
    const victim = relate(deployment, mine);
    victim.ask(["web"]);
    await deployment.settle();
    const check = async (expected: readonly [boolean, readonly string[]], what: string) => {
      for (const settle of [deployment.settle, deployment.updateStatus]) {
        await settle();
        assert.deepEqual(await accessOf(lxd, certificate), ["web"], what);
        assert.deepEqual([victim.answer(), attacker.answer()], [IN, expected], what);
      }
    };
    const cases = [
      [["web", "db"], [false, [OTHERS]], "more"],
      [["no-such"], [false, [NO_PROJECT]], "what LXD lacks"],
      [["web", "no-such"], [false, [NO_PROJECT]], "what LXD lacks beside the same"],
      [null, [false, [OTHERS]], "all of LXD"],
      [["db"], [false, [OTHERS]], "something else"],
      [["web"], IN, "the same"],
      [["web", "db"], [false, [OTHERS]], "more, once it is shared"],
      [["web"], IN, "the same again"],
      [null, [false, [OTHERS]], "all of LXD, once it is shared"],
    ] as const;
    for (const [projects, expected, what] of cases) {
      attacker.ask(projects);
      await check(expected, what);
    }
    deployment.model.configure(APPLICATION, { projects: "web,db" });
    await check([false, [OTHERS]], "all that the operator allows");
    attacker.withdraw();
    await check([false, []], "nothing");
    attacker.ask(["web"]);
    await check(IN, "the same");
    attacker.leave();
    await deployment.updateStatus();
    assert.deepEqual([await accessOf(lxd, certificate), victim.answer()], [["web"], IN]);
    victim.ask(["db", "web"]);
    await deployment.settle();
    assert.deepEqual([await accessOf(lxd, certificate), victim.answer()], [["db", "web"], IN]);
  },
);

Deno.test("sharing: a shared entry stays as it is while one of its applications asks for more", async () => {
  await using lxd = await startLxd();
  for (const name of ["web", "db", "x"]) await lxd.createProject(name);
  await using deployment = await deploy(lxd);
  const certificate = await createCertificate();
  const common = { spoken: "lxd", of: "unit", certificate } as const;
  const victim = relate(deployment, { ...common, name: "victim" });
  const attacker = relate(deployment, { ...common, name: "evil" });
  const out = [false, [OTHERS]] as const;
  const check = async (expected: readonly [typeof IN | typeof out, typeof IN | typeof out]) => {
    for (const settle of [deployment.settle, deployment.updateStatus]) {
      await settle();
      assert.deepEqual(await accessOf(lxd, certificate), ["web"]);
      assert.equal((await deployment.ours())[certificate.fingerprint], "shared");
      assert.deepEqual([victim.answer(), attacker.answer()], expected);
    }
  };
  victim.ask(["web"]);
  await deployment.settle();
  attacker.ask(["web"]);
  await check([IN, IN]);
  victim.ask(["db", "web"]);
  await check([out, IN]);
  attacker.ask(["web", "x"]);
  await check([out, out]);
  attacker.ask(["x"]);
  await check([out, out]);
  victim.ask(["web"]);
  await check([IN, out]);
  attacker.leave();
  victim.ask(["db", "web"]);
  await deployment.updateStatus();
  assert.deepEqual([await accessOf(lxd, certificate), victim.answer()], [["db", "web"], IN]);
});

Deno.test("sharing: an application that comes second gets what the first one has", async () => {
  await using lxd = await startLxd();
  for (const name of ["web", "db"]) await lxd.createProject(name);
  await using deployment = await deploy(lxd);
  const certificate = await createCertificate();
  const common = { spoken: "lxd", of: "unit", certificate } as const;
  const first = relate(deployment, { ...common, name: "first" });
  const second = relate(deployment, { ...common, name: "second" });
  first.ask(["db"]);
  await deployment.settle();
  second.ask(["web"]);
  await deployment.settle();
  assert.deepEqual([first.answer(), second.answer()], [IN, [false, [OTHERS]]]);
  // The first one leaves, and with it all that stands in the way.
  first.withdraw();
  await deployment.updateStatus();
  assert.deepEqual(await accessOf(lxd, certificate), ["web"]);
  assert.deepEqual([first.answer(), second.answer()], [[false, []], IN]);
  first.ask(["web"]);
  await deployment.settle();
  assert.deepEqual([first.answer(), second.answer()], [IN, IN]);
});

Deno.test("sharing: the units of one application widen their certificate", async () => {
  await using lxd = await startLxd();
  for (const name of ["web", "db"]) await lxd.createProject(name);
  await using deployment = await deploy(lxd, { units: 2 });
  const requirer = deployment.requirer("my-charm", 2);
  const certificate = await createCertificate();
  for (const unit of [0, 1]) {
    requirer.relation.write(`my-charm/${unit}`, { projects: '["web"]' });
    requirer.offer(unit, [certificate]);
  }
  await deployment.settle();
  assert.equal((await deployment.ours())[certificate.fingerprint], "shared");
  requirer.relation.write("my-charm/1", { projects: '["db"]' });
  await deployment.settle();
  const check = async () => {
    assert.deepEqual(await accessOf(lxd, certificate), ["db", "web"]);
    assert.deepEqual(requirer.told().rejected, []);
    assert.deepEqual(requirer.told().trusted, [certificate.fingerprint]);
  };
  await check();
  await deployment.updateStatus();
  await check();
  // Another value of an option that allows the same makes config-changed run.
  deployment.model.configure(APPLICATION, { projects: "web,db" });
  await deployment.settle();
  await check();
});
