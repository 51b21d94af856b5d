import assert from "node:assert/strict";
import type { TestCertificate } from "../certificates.ts";
import { type Table, tables } from "../documents/markdown.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { relateHttps } from "../harness/https_requirer.ts";
import { startCluster, startLxd } from "../lxd/servers.ts";
import { PROVIDER_CHECKS } from "./https_provider_checks.ts";
import { REQUIRER_CHECKS } from "./https_requirer_checks.ts";
import { CERTIFICATES, type Check } from "./https_tried.ts";

const DOCUMENT = new URL("../../docs/interface-lxd-https.md", import.meta.url);
const CHECKS = { ...PROVIDER_CHECKS, ...REQUIRER_CHECKS };

/** The rows that say something else about a cluster. */
const OVER_CLUSTERS = /Keys it writes|Addresses|Databag it (?:reads|writes)/;

async function check(deployment: Deployment, name: string, run: Check): Promise<void> {
  const { lxd, model } = deployment;
  const before = await lxd.trustStore();
  const requirer = relateHttps(model, name, 2);
  const names = Object.entries(CERTIFICATES);
  const entries = async () =>
    Object.fromEntries(
      Object.entries(await deployment.ours()).map(([fingerprint, owner]) => [
        names.find(([, certificate]) => certificate.fingerprint === fingerprint)?.[0],
        owner.replace(/^\d+:/, ""),
      ]),
    );
  const access = async ({ fingerprint }: TestCertificate) => {
    const entry = (await lxd.trustStore()).find((entry) => entry.fingerprint === fingerprint);
    return entry && (entry.restricted ? entry.projects.toSorted() : "all");
  };
  await deployment.settle();
  try {
    await run({ deployment, name, requirer, entries, access });
  } finally {
    if (requirer.relation.exists()) model.removeRelation(requirer.relation);
    model.configure(APPLICATION, { projects: "" });
    await deployment.settle();
  }
  assert.deepEqual(await lxd.trustStore(), before);
}

for (
  const { what, start, rows, units } of [
    { what: "a single server", start: startLxd, rows: /./, units: 1 },
    { what: "a cluster", start: startCluster, rows: OVER_CLUSTERS, units: 2 },
  ]
) {
  Deno.test(`lxd-https: each row of each charm's table holds over ${what}`, async (t) => {
    await using lxd = await start();
    for (const project of ["web", "db"]) await lxd.createProject(project);
    await using deployment = await deploy(lxd, { units });
    for (const [number, [peer, checks]] of Object.entries(CHECKS).entries()) {
      const subjects = Object.entries(checks).filter(([subject]) => rows.test(subject));
      for (const [row, [subject, run]] of subjects.entries()) {
        const name = `peer-${String.fromCharCode(97 + number, 97 + row)}`;
        await t.step(`${peer}: ${subject}`, () => check(deployment, name, run));
      }
    }
  });
}

Deno.test("lxd-https: the document has a row for each check, and no other", async () => {
  const found = tables(await Deno.readTextFile(DOCUMENT));
  const rows = (peer: string) => found.find(isOf(peer))?.rows.map(([subject]) => subject);
  for (const [peer, checks] of Object.entries(CHECKS)) {
    assert.deepEqual(rows(peer), Object.keys(checks), peer);
  }
  const peers = found.filter(({ header }) => header.at(-1) === "This charm");
  assert.equal(peers.length, Object.keys(CHECKS).length);
});

function isOf(peer: string): (table: Table) => boolean {
  return ({ header }) => header[1] === `\`${peer}\``;
}
