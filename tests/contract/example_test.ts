import assert from "node:assert/strict";
import { parse } from "yaml";
import { createCertificate } from "../certificates.ts";
import { createModel, type SampleCharm, sampleCharm } from "../juju/mod.ts";
import { startLxd } from "../lxd/real.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";
import { validator } from "./validate.ts";

const DOCUMENT = new URL("../../docs/interface-lxd.md", import.meta.url);
const EXAMPLE = "my-charm";
const UNIT = `${EXAMPLE}/0`;

/** Returns the charm of the document, word for word. */
async function exampleCharm(): Promise<SampleCharm> {
  const [, text = ""] = (await Deno.readTextFile(DOCUMENT)).split("\n## Example\n");
  const blocks = Array.from(text.matchAll(/^```(\w+)\n([^]*?)^```$/gm));
  const hooks = blocks.filter(([, language]) => language === "sh").map(([, , script = ""]) => {
    const [, path = ""] = /^#!.*\n# (hooks\/\S+)$/m.exec(script) ?? [];
    return [path, script];
  });
  const metadata = blocks.find(([, language]) => language === "yaml")?.[2] ?? "";
  assert.equal(parse(metadata).name, EXAMPLE);
  return await sampleCharm({
    "metadata.yaml": metadata,
    "config.yaml": "{}",
    "actions.yaml": "{}",
    ...Object.fromEntries(hooks),
  });
}

Deno.test("the shell example of docs/interface-lxd.md talks to LXD, and leaves nothing behind", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  await using charm = await exampleCharm();
  const { model } = deployment;
  const before = await lxd.trustStore();
  await model.deploy(charm.path);
  const relation = model.relate(`${APPLICATION}:api`, `${EXAMPLE}:lxd`);
  await deployment.settle();
  assert.deepEqual(model.status(UNIT), {
    status: "active",
    message: `Talks to ${lxd.members[0]?.endpoint}`,
  });
  assert.deepEqual((await validator("lxd-requirer"))(relation.read(UNIT)), []);
  assert.deepEqual(Object.values(await deployment.ours()), [`${relation.id}:${EXAMPLE}-0`]);
  const { mode } = await Deno.stat(`${model.charmDir(UNIT)}/client.key`);
  assert.equal((mode ?? 0) & 0o077, 0);

  model.removeRelation(relation);
  await deployment.settle();
  assert.deepEqual(await lxd.trustStore(), before);
  await assert.rejects(Deno.stat(`${model.charmDir(UNIT)}/client.key`), Deno.errors.NotFound);
});

Deno.test("the shell example waits, reports a rejection, and sends nothing to another server", async () => {
  await using lxd = await startLxd();
  await using charm = await exampleCharm();
  await using model = await createModel();
  await model.deploy(charm.path);
  const endpoints = { api: { role: "provides", interface: "lxd" } } as const;
  model.addApplication("provider", { endpoints });
  const relation = model.relate("provider:api", `${EXAMPLE}:lxd`);
  await model.settle();
  const [certificate] = JSON.parse(relation.read(UNIT)["client_certificates"] ?? "[]");
  await lxd.trust(certificate);
  const own = (await lxd.trustStore())[0]?.fingerprint ?? "";
  const other = await createCertificate();
  const node = { endpoint: lxd.members[0]?.endpoint, name: "one", trusted_certs_fp: [own] };
  const answer = (...nodes: readonly unknown[]) => {
    relation.write("provider/0", {
      version: "1.0",
      nodes: JSON.stringify(nodes),
      server_certificate: lxd.serverCertificate,
    });
    return model.settle();
  };
  const status = () => model.status(UNIT).status;

  await answer();
  assert.equal(status(), "waiting");
  await answer(node, { ...node, endpoint: "https://10.0.0.2:8443", trusted_certs_fp: [] });
  assert.equal(status(), "waiting");
  relation.write("provider/0", {
    rejected_certificates: JSON.stringify([{ unit: UNIT, fingerprint: own, reason: "r" }]),
  });
  await model.settle();
  assert.equal(status(), "blocked");
  await answer(node);
  assert.equal(status(), "active");

  // curl sends nothing to a server with another certificate, and the hook fails.
  relation.write("provider/0", { server_certificate: other.certificate });
  await assert.rejects(model.settle());
  assert.match(model.runs.at(-1)?.stderr ?? "", /public key does not match pinned/);
});
