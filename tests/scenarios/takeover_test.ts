import assert from "node:assert/strict";
import {
  createCertificate,
  fingerprintOf,
  fingerprintsOf,
  type TestCertificate,
} from "../certificates.ts";
import { craft, keyOf, nameOf } from "../crafted.ts";
import { type SampleCharm, sampleCharm } from "../juju/mod.ts";
import { createClient } from "../lxd/client.ts";
import { IS_STAND_IN, startLxd, TAKES_NAMES_ONCE, VERSION } from "../lxd/servers.ts";
import type { LxdWorld } from "../lxd/world.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import type { Requirer } from "../harness/requirer.ts";

const SECOND = `${APPLICATION}/1`;

// The original wrote either a list, or the JSON of a list, into the JSON of the nodes.
const FORMS: readonly (readonly [string, (fingerprints: readonly string[]) => unknown])[] = [
  ["as lists", (fingerprints) => fingerprints],
  ["as JSON in JSON", JSON.stringify],
];

// Names of the entries that the original registered. The keys are their roles in the test.
const ENTRIES = {
  own: "ams",
  second: "ams",
  shared: "twice",
  dropped: "ams",
  untold: "ams",
  unwanted: "ams",
  renamed: "x",
  elsewhere: "y",
} as const;

/** Returns the original's `nodes`. */
function nodesOf({ members }: LxdWorld, trusted: unknown): string {
  return JSON.stringify([
    { endpoint: members[0]?.endpoint, name: "lxd", trusted_certs_fp: trusted },
  ]);
}

/** Checks that wanted entries that the original published are ours, and that all are published. */
async function checkAdopted(
  deployment: Deployment,
  ams: Requirer,
  all: Readonly<Record<keyof typeof ENTRIES, TestCertificate>>,
): Promise<void> {
  const { own, second, shared, untold, renamed, elsewhere } = all;
  const changed = `lxd-certificate event=changed fingerprint=${own.fingerprint} requirer=ams/0 `;
  assert.ok(deployment.model.log.some(({ message }) => message.includes(changed)));
  assert.deepEqual(await deployment.ours(), {
    [own.fingerprint]: `${ams.relation.id}:ams-0`,
    [second.fingerprint]: `${ams.relation.id}:ams-1`,
    [shared.fingerprint]: "shared",
  });
  assert.deepEqual(told(ams), fingerprintsOf(own, second, shared, untold, renamed, elsewhere));
}

for (const [form, write] of FORMS) {
  // The original named entries after common names, and newer LXD takes each name only once.
  Deno.test(`takeover: a wanted entry that the original published ${form} becomes ours`, {
    ignore: TAKES_NAMES_ONCE,
  }, async () => {
    await using original = await originalCharm();
    await using lxd = await startLxd();
    await using deployment = await deploy(lxd, { charm: original.path });
    const { model } = deployment;
    const [ams, idle] = [deployment.requirer("ams", 2), deployment.requirer("idle")];
    // The same requirer is related to another application of the same charm.
    await model.deploy(original.path, { name: "other-integrator", trust: true });
    const others = model.relate("other-integrator:api", "ams:lxd");
    await model.settle();

    const all = await registered(lxd, ENTRIES);
    const { own, second, shared, dropped, untold, unwanted, renamed, elsewhere } = all;
    await lxd.amend(renamed.fingerprint, { name: "by an operator" });
    const metrics = await createCertificate({ commonName: "scraper" });
    await lxd.trust(metrics.certificate, { name: "scraper", type: "metrics" });
    ams.offer(0, [own, shared, untold, renamed, elsewhere, metrics]);
    ams.offer(1, [second, shared]);
    idle.offer(0, []);
    const nodes = (...certificates: readonly TestCertificate[]) =>
      nodesOf(lxd, write(certificates.map(({ fingerprint }) => fingerprint)));
    const published = nodes(own, second, shared, dropped, renamed, metrics);
    ams.relation.write(UNIT, { version: "1.0", nodes: published });
    idle.relation.write(UNIT, { version: "1.0", nodes: nodes() });
    others.write("other-integrator/0", { version: "1.0", nodes: nodes(elsewhere) });
    await model.settle();
    const before = await lxd.trustStore();
    const adopted = [own, second, shared].map(({ fingerprint }) => fingerprint);
    const foreign = before.filter(({ fingerprint }) => !adopted.includes(fingerprint));
    assert.equal(foreign.length, 9 - adopted.length + 2);

    await model.refresh(APPLICATION, deployment.charm);
    await deployment.settle();
    await checkAdopted(deployment, ams, all);
    assert.deepEqual(await deployment.foreign(), foreign);
    assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 3 certificates, 1 rejected`);
    const rejected = ams.told().rejected.map(({ fingerprint }) => fingerprint);
    assert.deepEqual(rejected, [metrics.fingerprint]);
    assert.deepEqual([told(idle), idle.told().server], [[], lxd.serverCertificate]);

    // Adopted entries are like all others: revoked when dropped, and with the application.
    ams.offer(0, [shared, untold]);
    await deployment.settle();
    assert.deepEqual(Object.keys(await deployment.ours()).sort(), fingerprintsOf(second, shared));
    model.removeApplication(APPLICATION);
    await deployment.settle();
    assert.deepEqual(await lxd.trustStore(), foreign);
    const stay = foreign.map(({ fingerprint }) => fingerprint);
    for (const { fingerprint } of [dropped, unwanted]) assert.ok(stay.includes(fingerprint));
  });
}

// The original named entries after common names, and newer LXD takes each name only once.
Deno.test("takeover: two units with different databags are refreshed while LXD is away", {
  ignore: TAKES_NAMES_ONCE,
}, async () => {
  await using original = await originalCharm();
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { charm: original.path, units: 2 });
  const { model } = deployment;
  const [member] = lxd.members;
  assert.ok(member);
  const requirer = deployment.requirer("ams", 2);
  await model.settle();
  const { first, second } = await registered(lxd, { first: "ams", second: "ams" });
  requirer.offer(0, [first]);
  requirer.offer(1, [second]);
  // Each unit of the original published the certificates of one unit only.
  for (const [unit, { fingerprint }] of [[UNIT, first], [SECOND, second]] as const) {
    const node = { endpoint: member.endpoint, name: "lxd", trusted_certs_fp: [fingerprint] };
    requirer.relation.write(unit, { version: "1.0", nodes: JSON.stringify([node]) });
  }
  await model.settle();
  const databags = [UNIT, SECOND].map((unit) => requirer.relation.read(unit));
  await member.stop();
  await model.refresh(APPLICATION, deployment.charm);
  await model.settle();
  assert.match(deployment.status(), /^waiting: No answer from /);
  // The adoption still needs the old databags.
  const error = JSON.stringify({ code: "lxd-unreachable", reason: "LXD does not answer" });
  assert.deepEqual(
    [UNIT, SECOND].map((unit) => requirer.relation.read(unit)),
    databags.map((databag) => ({ ...databag, provider_error: error })),
  );

  await member.start();
  await deployment.updateStatus();
  assert.deepEqual(await deployment.ours(), {
    [first.fingerprint]: `${requirer.relation.id}:ams-0`,
  });
  const both = [first, second].map(({ fingerprint }) => fingerprint).sort();
  assert.deepEqual([told(requirer), told(requirer, SECOND)], [both, both]);
  model.removeApplication(APPLICATION);
  await deployment.settle();
  const left = (await lxd.trustStore()).map(({ fingerprint }) => fingerprint);
  assert.deepEqual(both.filter((one) => left.includes(one)), [second.fingerprint]);
});

// The original named its entries after the common name as pyOpenSSL reads it.
const NAMES: Readonly<Record<string, readonly [subject: string, name: string | null]>> = {
  "beside another attribute": ["301631143008060355040a0c016f300806035504030c0161", "a"],
  "of several": ["3018310a300806035504030c0162310a300806035504030c0161", "b"],
  "after a deceptive line": ["301c310e300c060355040a0c05790a434e3d310a300806035504030c0163", "c"],
  "with a line end": ["3011310f300d06035504030c06610a434e3d62", "a\nCN=b"],
  "with control characters": ["3010310e300c06035504030c05610d091b7f", "a\r\t\x1b\x7f"],
  "with a zero byte": ["300e310c300a06035504030c03640062", "d\0b"],
  "with separators": ["30123110300e06035504030c07612c4f3d2b5c22", 'a,O=+\\"'],
  "in UTF-8": ["30123110300e06035504030c07e4b896f09f9492", "\u4e16\u{1f512}"],
  "in UTF-16": ["30173115301306035504031e0c0067007200fc00df00204e16", "gr\u00fc\u00df \u4e16"],
  "in Latin-1": ["300f310d300b060355040314046872fcdf", "hr\u00fc\u00df"],
  none: ["300f310d300b060355040a0c04434e3d78", null],
};

// Only a real LXD shows how it stores a name.
Deno.test("takeover: any common name is adopted", { ignore: IS_STAND_IN }, async () => {
  await using original = await originalCharm();
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { charm: original.path });
  const { model } = deployment;
  const requirer = deployment.requirer("ams");
  await model.settle();
  const [member] = lxd.members;
  assert.ok(member);
  const { certificate, key } = deployment.credential;
  const { endpoint } = member;
  const { serverCertificate } = lxd;
  // pylxd sends over HTTPS, where LXD names an entry without a name after the client's address.
  const client = createClient({ endpoint, serverCertificate, certificate, key });
  const sent = await Promise.all(
    Object.entries(NAMES).map(async ([what, [subject, name]]) => {
      const pem = craft({ subject: Uint8Array.fromHex(subject) });
      const der = pem.replaceAll(/-----[A-Z ]*-----|\n/g, "");
      const body = { type: "client", password: "", name, restricted: false, certificate: der };
      assert.equal((await client("POST", "/1.0/certificates", body)).status, 201, what);
      return pem;
    }),
  );
  // A foreign entry: its name is no reading of its common name.
  const renamed = craft({ subject: Uint8Array.fromHex("300d310b300906035504031e02d800") });
  await lxd.trust(renamed, { name: "\ufffd" });
  const told = [...sent, renamed].map((pem) => fingerprintOf(pem));
  const node = { endpoint, name: "lxd", trusted_certs_fp: told };
  requirer.relation.write(UNIT, { version: "1.0", nodes: JSON.stringify([node]) });
  requirer.offer(0, [...sent, renamed]);
  await model.settle();
  const before = await deployment.foreign();

  await model.refresh(APPLICATION, deployment.charm);
  await deployment.settle();
  const adopted = sent.map((pem) => fingerprintOf(pem)).sort();
  assert.deepEqual(Object.keys(await deployment.ours()).sort(), adopted);
  assert.deepEqual(requirer.told().trusted, told.sort());
  assert.deepEqual(requirer.told().rejected, []);
  const foreign = before.filter(({ fingerprint }) => !adopted.includes(fingerprint));
  assert.deepEqual(await deployment.foreign(), foreign);
  assert.ok(foreign.some(({ fingerprint }) => fingerprint === fingerprintOf(renamed)));

  requirer.offer(0, []);
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), {});
  assert.deepEqual(await deployment.foreign(), foreign);
});

/** Registers authorities, certificates that they signed, and a certificate that LXD keeps out. */
async function registerUseless(lxd: LxdWorld) {
  const ca = await createCertificate({ commonName: "ca", ca: true });
  const leaf = await createCertificate({ commonName: "leaf", issuer: ca });
  // X25519 cannot sign, so LXD keeps the certificate out.
  const useless = craft({ subject: nameOf("useless"), key: keyOf("06032b656e") });
  const both = await createCertificate({ commonName: "both", ca: true });
  const signed = await createCertificate({ commonName: "signed", issuer: both });
  for (const [name, one] of Object.entries({ ca, leaf, both, signed })) {
    await lxd.trust(one.certificate, { name });
  }
  await lxd.trust(useless, { name: "useless" });
  return { ca, leaf, useless, both, signed };
}

function toPem({ certificate }: TestCertificate): string {
  return certificate;
}

Deno.test("takeover: the charm revokes entries of the original that no requirer may have", async () => {
  await using original = await originalCharm();
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { charm: original.path });
  const { model } = deployment;
  const requirer = deployment.requirer("ams");
  const other = deployment.requirer("other");
  await model.settle();
  const { ca, leaf, useless, both, signed } = await registerUseless(lxd);
  // No requirer may have the charm's own certificate, but its entry stays.
  const pems = [...[ca, leaf, both, signed, deployment.credential].map(toPem), useless];
  const fingerprints = pems.map((pem) => fingerprintOf(pem));
  requirer.relation.write(UNIT, { version: "1.0", nodes: nodesOf(lxd, fingerprints) });
  requirer.offer(0, pems);
  other.offer(0, [both]);
  await model.settle();

  await model.refresh(APPLICATION, deployment.charm);
  await deployment.settle();
  const wanted = [leaf, both, signed].map(({ fingerprint }) => fingerprint).sort();
  assert.deepEqual([told(requirer), told(other)], [
    wanted.filter((one) => one !== both.fingerprint),
    [both.fingerprint],
  ]);
  await deployment.updateStatus();
  assert.deepEqual(Object.keys(await deployment.ours()).sort(), wanted);
  assert.equal((await deployment.ours())[both.fingerprint], `${other.relation.id}:other-0`);
  const left = (await deployment.foreign()).map(({ fingerprint }) => fingerprint);
  assert.deepEqual(fingerprints.filter((one) => left.includes(one)), [
    deployment.credential.fingerprint,
  ]);
  assert.deepEqual(
    requirer.told().rejected.map(({ fingerprint }) => fingerprint),
    [ca, both, deployment.credential].map(({ fingerprint }) => fingerprint)
      .concat(fingerprintOf(useless)).sort(),
  );
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 3 certificates, 4 rejected`);
});

/** Returns a charm with the original's name and endpoints. The tests do the original's work. */
async function originalCharm(): Promise<SampleCharm> {
  return await sampleCharm({
    "metadata.yaml": "name: lxd-integrator\nsummary: Original.\ndescription: Original.\n" +
      "provides:\n  api:\n    interface: lxd\n",
    "config.yaml": "options: {}\n",
    "actions.yaml": "{}\n",
    dispatch: "#!/bin/sh\nexit 0\n",
  });
}

/** Registers certificates under their common names, as the original did. */
async function registered<K extends string>(
  lxd: LxdWorld,
  names: Readonly<Record<K, string>>,
): Promise<Readonly<Record<K, TestCertificate>>> {
  const certificates = Object.entries<string>(names).map(async ([key, commonName]) => {
    const certificate = await createCertificate({ commonName });
    await lxd.trust(certificate.certificate, { name: commonName });
    return [key, certificate];
  });
  return Object.fromEntries(await Promise.all(certificates));
}

function told(requirer: Requirer, unit = UNIT): readonly string[] {
  return requirer.told(unit).trusted;
}
