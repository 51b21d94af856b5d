import assert from "node:assert/strict";
import { parse } from "yaml";
import { createCertificate, fingerprintOf } from "../certificates.ts";
import {
  createModel,
  type Model,
  type RelationHandle,
  type SampleCharm,
  sampleCharm,
} from "../juju/mod.ts";
import { startLxd } from "../lxd/real.ts";
import type { LxdWorld } from "../lxd/world.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";
import { exampleBlocks } from "./example.ts";
import { validator } from "./validate.ts";

const EXAMPLE = "my-charm";
const UNIT = `${EXAMPLE}/0`;
const MAXIMUM_LINES = 25;
/** Nobody listens there. */
const PROXY = "http://127.0.0.1:1";

/** Returns the charm of the document, word for word. A script names its hooks in its second line. */
async function exampleCharm(): Promise<SampleCharm> {
  const hooks = (await exampleBlocks("sh")).flatMap((script) => {
    const [, paths = ""] = /^#!.*\n# (hooks\/\S+(?: hooks\/\S+)*)$/m.exec(script) ?? [];
    return paths.split(" ").map((path): [string, string] => [path, script]);
  });
  const [metadata = ""] = await exampleBlocks("yaml");
  assert.equal(parse(metadata).name, EXAMPLE);
  return await sampleCharm({
    "metadata.yaml": metadata,
    "config.yaml": "{}",
    "actions.yaml": "{}",
    ...Object.fromEntries(hooks),
  });
}

Deno.test(`the shell example of docs/interface-lxd.md has at most ${MAXIMUM_LINES} lines`, async () => {
  const lines = (await exampleBlocks("sh")).flatMap((script) => script.trimEnd().split("\n"));
  assert.ok(lines.length > 0);
  assert.ok(lines.length <= MAXIMUM_LINES, `${lines.length} lines`);
});

Deno.test("the shell example talks to LXD, and again with its key after the relation is made again", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { units: 2 });
  await using charm = await exampleCharm();
  const { model } = deployment;
  const before = await lxd.trustStore();
  await model.deploy(charm.path, { units: 2 });
  const units = [UNIT, `${EXAMPLE}/1`];
  const relate = async () => {
    const relation = model.relate(`${APPLICATION}:api`, `${EXAMPLE}:lxd`);
    await deployment.settle();
    for (const unit of units) {
      assert.deepEqual(model.status(unit), {
        status: "active",
        message: `Talks to ${lxd.members[0]?.endpoint}`,
      });
      assert.deepEqual((await validator("lxd-requirer"))(relation.read(unit)), []);
    }
    assert.deepEqual(
      Object.values(await deployment.ours()).sort(),
      units.map((unit) => `${relation.id}:${unit.replace("/", "-")}`),
    );
    return { relation, fingerprints: Object.keys(await deployment.ours()).sort() };
  };
  const first = await relate();
  const key = `${model.charmDir(UNIT)}/client.key`;
  assert.equal(((await Deno.stat(key)).mode ?? 0) & 0o077, 0);

  model.removeRelation(first.relation);
  await deployment.settle();
  assert.deepEqual(await lxd.trustStore(), before);

  const second = await relate();
  assert.notEqual(second.relation.id, first.relation.id);
  assert.deepEqual(second.fingerprints, first.fingerprints);

  // Juju forgets a relation that is removed by force at once. Its last hooks run beside the new one.
  model.removeRelation(second.relation, { force: true });
  const third = await relate();
  assert.deepEqual(third.fingerprints, first.fingerprints);
});

/** The example beside a provider whose databags a test writes. */
interface Example extends AsyncDisposable {
  readonly model: Model;
  readonly lxd: LxdWorld;
  readonly relation: RelationHandle;
  /** Fingerprint of its certificate, which LXD trusts. */
  readonly own: string;
  /** The node, with the certificate. */
  readonly node: Readonly<Record<string, unknown>>;
  /** Writes into the databag of a unit of the provider, and settles. */
  readonly answer: (changes: Answer, unit?: string) => Promise<void>;
  /** Returns the status as "status: message". */
  readonly status: () => string;
}

/** Keys of the provider. What is absent, is deleted. */
interface Answer {
  readonly nodes?: readonly unknown[];
  readonly rejected?: readonly unknown[];
  readonly error?: unknown;
  readonly server?: string;
}

async function startExample(units = 1): Promise<Example> {
  await using stack = new AsyncDisposableStack();
  const lxd = stack.use(await startLxd());
  const charm = stack.use(await exampleCharm());
  const model = stack.use(
    await createModel({ legacyProxy: { https_proxy: PROXY, HTTPS_PROXY: PROXY } }),
  );
  await model.deploy(charm.path);
  const endpoints = { api: { role: "provides", interface: "lxd" } } as const;
  model.addApplication("provider", { endpoints, units });
  const relation = model.relate("provider:api", `${EXAMPLE}:lxd`);
  await model.settle();
  const [certificate] = JSON.parse(relation.read(UNIT)["client_certificates"] ?? "[]");
  await lxd.trust(certificate);
  const own = fingerprintOf(certificate);
  const json = (value: unknown) => value === undefined ? undefined : JSON.stringify(value);
  const moved = stack.move();
  return {
    model,
    lxd,
    relation,
    own,
    node: { endpoint: lxd.members[0]?.endpoint, name: "one", trusted_certs_fp: [own] },
    answer: async (
      { nodes, rejected, error, server = lxd.serverCertificate },
      unit = "provider/0",
    ) => {
      relation.write(unit, {
        version: "1.0",
        nodes: json(nodes),
        rejected_certificates: json(rejected),
        provider_error: json(error),
        server_certificate: server,
      });
      await model.settle();
    },
    status: () => Object.values(model.status(UNIT)).join(": "),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

const ERROR = { code: "lxd-unreachable", reason: "LXD does not answer" };

Deno.test("the shell example waits, and says why it does not talk to LXD", async () => {
  await using example = await startExample();
  const { answer, node, own, status } = example;
  const other = { ...node, endpoint: "https://10.0.0.2:8443", trusted_certs_fp: [] };
  const waiting = "waiting: Waiting until LXD trusts us";
  const rejected = [
    { unit: "my-charm/1", fingerprint: "00".repeat(32), reason: "another one" },
    { unit: UNIT, fingerprint: own, reason: "The certificate expired", code: "expired" },
    { unit: UNIT, fingerprint: own, reason: "The same for another reason" },
  ];
  const blocked = "blocked: LXD rejects us: The certificate expired";

  assert.equal(status(), waiting);
  await answer({ nodes: [] });
  assert.equal(status(), waiting);
  await answer({ nodes: [node, other] });
  assert.equal(status(), waiting);
  await answer({ error: ERROR });
  assert.equal(status(), `${waiting}: LXD does not answer`);
  await answer({ nodes: [other], rejected, error: ERROR });
  assert.equal(status(), blocked);
  await answer({ nodes: [other], rejected: rejected.slice(0, 1) });
  assert.equal(status(), waiting);
  // The order of an object's keys means nothing.
  await answer({ nodes: [other], rejected: [{ reason: "Too weak", fingerprint: own }] });
  assert.equal(status(), "blocked: LXD rejects us: Too weak");
});

Deno.test("the shell example uses a trusted certificate, whatever else the provider reports", async () => {
  await using example = await startExample();
  const { answer, node, own, relation, model, lxd, status } = example;
  const active = `active: Talks to ${lxd.members[0]?.endpoint}`;
  await answer({ nodes: [node], error: ERROR });
  assert.equal(status(), active);
  await answer({ nodes: [node], rejected: [{ unit: UNIT, fingerprint: own, reason: "r" }] });
  assert.equal(status(), active);
  // The original charm wrote a string.
  await answer({ nodes: [{ ...node, trusted_certs_fp: JSON.stringify([own]) }] });
  assert.equal(status(), active);
  // Such a hook is about no unit.
  const count = model.runs.length;
  relation.writeApp("provider", { version: "1.0" });
  await model.settle();
  assert.equal(model.runs.slice(count).length, 1);
  assert.equal(status(), active);
});

Deno.test("the shell example sends nothing to a server with another certificate", async () => {
  await using example = await startExample();
  const { answer, node, model } = example;
  const other = await createCertificate();
  await assert.rejects(answer({ nodes: [node], server: other.certificate }));
  assert.match(model.runs.at(-1)?.stderr ?? "", /public key does not match pinned/);
  // Juju runs the hook again, which reads the corrected databag.
  await answer({ nodes: [node] });
  assert.equal(example.status(), `active: Talks to ${example.lxd.members[0]?.endpoint}`);
});

Deno.test("the shell example trusts what any unit of the provider lists", async () => {
  await using example = await startExample(2);
  const { answer, node, own, model, lxd, status } = example;
  const other = await createCertificate();
  const active = `active: Talks to ${lxd.members[0]?.endpoint}`;
  const nodes = [{ ...node, trusted_certs_fp: [] }];
  await answer({ nodes }, "provider/0");
  await answer({ nodes: [node] }, "provider/1");
  assert.equal(status(), active);
  // The hook is about a unit that knows less.
  await answer({
    nodes,
    rejected: [{ unit: UNIT, fingerprint: own, reason: "r" }],
    error: ERROR,
  }, "provider/0");
  assert.equal(status(), active);
  // The certificate of LXD was replaced. The unit that the hook is about knows the new one first.
  await assert.rejects(answer({ nodes: [node], server: other.certificate }, "provider/0"));
  model.resolve(UNIT);
  await answer({ nodes: [{ ...node, name: "new" }] }, "provider/1");
  assert.equal(status(), active);
  assert.equal(model.runs.at(-1)?.outcome, "done");
});

Deno.test("the shell example replaces a certificate that has expired", async () => {
  await using example = await startExample();
  const { model, relation, answer, own } = example;
  const hour = 3_600_000;
  const expired = await createCertificate({
    notBefore: new Date(Date.now() - 2 * hour),
    notAfter: new Date(Date.now() - hour),
  });
  await Deno.writeTextFile(`${model.charmDir(UNIT)}/client.crt`, expired.certificate);
  await Deno.writeTextFile(`${model.charmDir(UNIT)}/client.key`, expired.key);
  await answer({ nodes: [] });
  const [offered] = JSON.parse(relation.read(UNIT)["client_certificates"] ?? "[]");
  assert.notEqual(fingerprintOf(offered), own);
  assert.notEqual(fingerprintOf(offered), expired.fingerprint);
});
