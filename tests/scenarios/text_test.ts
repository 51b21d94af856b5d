import assert from "node:assert/strict";
import { createCertificate, fingerprintOf, type TestCertificate } from "../certificates.ts";
import { craft, der } from "../crafted.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { startStandIn } from "../lxd/stand_in.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy, type Deployment, type DeployOptions } from "../harness/deployment.ts";
import { relateHttps } from "../harness/https_requirer.ts";
import type { LxdWorld } from "../lxd/world.ts";

const DAY_MS = 86_400_000;

// What stops a tool from being run, what rings, moves the cursor, breaks a line, turns the direction.
const CONTROLS = ["\0", "\x07", "\x1b[2J", "\x85", "\u202e", "\u2028", "\u200b", "\u{e0041}"];
const NAMES = CONTROLS.map((control, index) => `p${index}${control}x`);

/** Settles, though something is wrong with LXD. The invariants hold all the same. */
async function rejectionsAfter(
  deployment: Deployment,
  databag: () => Readonly<Record<string, string>>,
): Promise<readonly { readonly unit: string; readonly reason: string }[]> {
  await deployment.settle();
  return JSON.parse(databag()["rejected_certificates"] ?? "[]");
}

/** An LXD with two projects, and the charm that lets related charms into one of them. */
async function deployRestricted(lxd: LxdWorld, options: DeployOptions = {}): Promise<Deployment> {
  for (const name of ["web", "db"]) await lxd.createProject(name);
  return await deploy(lxd, { config: { projects: "web,db" }, ...options });
}

Deno.test("text: 1,500 items that cannot be registered keep nobody from being served", async () => {
  await using lxd = await startLxd();
  await using deployment = await deployRestricted(lxd);
  const { model } = deployment;
  const [hostile, other] = [deployment.requirer("hostile"), deployment.requirer("other")];
  const leaving = deployment.requirer("leaving");
  const [honest, gone] = [await createCertificate(), await createCertificate()];
  leaving.offer(0, [gone]);
  await deployment.settle();
  // One key for all: only the time and the number differ.
  const first = await createCertificate({ notAfter: new Date(Date.now() - DAY_MS) });
  const expired = await Promise.all(Array.from({ length: 1500 }, (_, index) =>
    createCertificate({
      commonName: `expired ${index}`,
      keyOf: first,
      notAfter: new Date(Date.now() - DAY_MS),
    })));
  hostile.offer(0, expired);
  other.offer(0, [honest]);
  model.removeRelation(leaving.relation);
  model.configure(APPLICATION, { projects: "web" });
  await deployment.settle();
  assert.deepEqual(await deployment.ours(), { [honest.fingerprint]: "2:other-0" });
  assert.deepEqual(await projectsOf(lxd, honest), ["web"]);
  const { rejected } = hostile.told();
  assert.equal(rejected.length, 100);
  // 100 of them are read, and one reason stands for the others.
  const general = rejected.filter(({ fingerprint }) => fingerprint === null);
  assert.deepEqual(general.map(({ reason }) => reason), [
    "The limit is 100 certificates, and 1400 more were sent: withdraw those not in use",
    "and 2 more rejections, which are not listed",
  ]);
  assert.equal(
    deployment.status(),
    `active: LXD ${VERSION}: 1 node, 1 certificate, 101 rejected`,
  );
  const warnings = model.log.filter(({ level }) => level === "WARNING");
  assert.match(warnings.at(-1)?.message ?? "", /Rejected certificates: .*; and \d\d more$/);
});

Deno.test("text: a certificate with many long projects gets a reason that can be read", async () => {
  await using lxd = await startLxd();
  await using deployment = await deployRestricted(lxd);
  const { model } = deployment;
  const requirer = deployment.requirer();
  const https = relateHttps(model);
  const [a, b] = [await createCertificate(), await createCertificate()];
  const names = Array.from({ length: 64 }, (_, index) => `project-${index}-${"x".repeat(900)}`);
  requirer.relation.write("my-charm/0", { projects: JSON.stringify(names) });
  requirer.offer(0, [a]);
  https.offer(0, b.certificate, { projects: names.join() });
  await deployment.settle();
  for (const databag of [requirer.relation.read(UNIT), https.told()]) {
    const [rejection, ...others] = JSON.parse(databag["rejected_certificates"] ?? "[]");
    assert.deepEqual(others, []);
    assert.ok(rejection.reason.length <= 512);
    assert.match(rejection.reason, /^The operator allows the projects db, web, not "project-/);
    assert.match(rejection.reason, /and 6\d more$/);
  }
  // Without a bound of the operator's, LXD is asked, and refuses in few words.
  model.configure(APPLICATION, { projects: "" });
  await deployment.settle();
  const [rejection] = requirer.told().rejected;
  assert.ok((rejection?.reason ?? "x".repeat(600)).length <= 512);
});

/** Projects that a certificate is restricted to; undefined if LXD does not trust it. */
async function projectsOf(
  lxd: LxdWorld,
  { fingerprint }: Pick<TestCertificate, "fingerprint">,
): Promise<readonly string[] | undefined> {
  const entry = (await lxd.trustStore()).find((entry) => entry.fingerprint === fingerprint);
  return entry?.restricted ? entry.projects : undefined;
}

Deno.test("text: a narrowed option reaches LXD, however many certificates it concerns", async () => {
  await using lxd = await startStandIn();
  await using deployment = await deployRestricted(lxd, { config: { projects: "web,db" } });
  const { model } = deployment;
  // Each requirer asks for both, and is therefore rejected once the option allows one of them only.
  const requirer = deployment.requirer("my-charm", 11);
  const first = await createCertificate();
  for (let unit = 0; unit < 11; unit++) {
    const certificates = await Promise.all(
      Array.from(
        { length: 100 },
        (_, index) => createCertificate({ commonName: `client ${unit} ${index}`, keyOf: first }),
      ),
    );
    requirer.relation.write(`my-charm/${unit}`, { projects: '["db", "web"]' });
    requirer.offer(unit, certificates);
  }
  // LXD answers a limited number of requests in a hook, so several hooks may be needed.
  await deployment.settle();
  for (let hooks = 0; (await countOurs(deployment)) < 1100 && hooks < 20; hooks++) {
    await deployment.updateStatus();
  }
  assert.equal(await countOurs(deployment), 1100);
  model.configure(APPLICATION, { projects: "web" });
  await deployment.settle();
  for (let hooks = 0; (await countOurs(deployment)) > 0 && hooks < 20; hooks++) {
    await deployment.updateStatus();
  }
  assert.equal(await countOurs(deployment), 0);
  assert.match(deployment.status(), /^active: .* 0 certificates, 1100 rejected$/);
});

function reasonOf({ reason }: { readonly reason: string }): string {
  return reason;
}

async function countOurs(deployment: Deployment): Promise<number> {
  return Object.keys(await deployment.ours()).length;
}

Deno.test("text: control characters in projects and labels reach nobody's screen", async () => {
  await using lxd = await startLxd();
  await using deployment = await deployRestricted(lxd);
  const { model } = deployment;
  const requirer = deployment.requirer("my-charm", 2);
  const https = relateHttps(model, "https-client", 2);
  const [a, b, c, d] = await Promise.all(Array.from({ length: 4 }, () => createCertificate()));
  assert.ok(a && b && c && d);
  const label = (text: string) => a.certificate.replaceAll("CERTIFICATE", text);
  for (const name of NAMES) {
    requirer.relation.write("my-charm/0", { projects: JSON.stringify([name]) });
    requirer.offer(0, [a, label(`CERTIFICATE${name}`), label(`A${name}`), name]);
    requirer.relation.writeApp("my-charm", { projects: JSON.stringify(["web", name]) });
    requirer.offer("application", [b]);
    https.offer(0, c.certificate, { projects: name });
    https.offer(1, `${label(`X${name}`)}${d.certificate}`, { projects: `web,${name}` });
    await deployment.settle();
    assert.deepEqual(await deployment.ours(), {}, JSON.stringify(name));
    const reasons = [requirer.relation.read(UNIT), requirer.relation.readApp(APPLICATION)]
      .map((databag) => databag["rejected_certificates"] ?? "");
    for (const text of [...reasons, https.told()["rejected_certificates"] ?? ""]) {
      assert.match(text, /"reason":/, JSON.stringify(name));
      assert.doesNotMatch(JSON.parse(text).map(reasonOf).join(), /\p{C}/u);
    }
  }
  // Nobody bounds the projects, so LXD is asked for them, and repeats them.
  model.configure(APPLICATION, { projects: "" });
  await deployment.settle();
  for (const name of NAMES) {
    requirer.relation.write("my-charm/0", { projects: JSON.stringify([name]) });
    https.offer("application", c.certificate, { projects: name });
    await deployment.settle();
  }
});

Deno.test("text: control characters in options fail no hook", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const { model } = deployment;
  const requirer = deployment.requirer();
  requirer.relation.write("my-charm/0", { projects: '["web"]' });
  requirer.offer(0, [await createCertificate()]);
  for (const name of NAMES) {
    for (const option of ["projects", "lxd_endpoint", "lxd_client_cert", "lxd_server_cert"]) {
      model.configure(APPLICATION, { [option]: name });
      await deployment.settle();
      model.configure(APPLICATION, { [option]: "" });
    }
  }
  await deployment.settle();
  assert.match(deployment.status(), /^active: /);
});

Deno.test("text: what LXD says goes on in one short line, whatever it says", async () => {
  await using lxd = await startStandIn();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [a, b] = [await createCertificate(), await createCertificate()];
  requirer.offer(0, [a]);
  await deployment.settle();
  const error = `${CONTROLS.join("no")}\n${"\u{1f512}".repeat(100_000)}`;
  const cases = [
    { method: "POST", path: /certificates/, status: 400 },
    { method: "DELETE", path: /certificates/, status: 400 },
    { method: "GET", path: /certificates/, status: 400 },
    { method: "GET", path: /certificates/, status: 500 },
    { method: "GET", path: /1\.0$/, status: 404 },
    { method: "POST", path: /certificates/, status: 500 },
  ];
  for (const { status, ...match } of cases) {
    requirer.offer(0, [b]);
    lxd.fault(match, { kind: "status", status, error });
    const rejected = await rejectionsAfter(deployment, () => requirer.relation.read(UNIT));
    for (const { reason } of rejected) {
      assert.match(reason, /^LXD refuses the certificate: \\u0000no/);
    }
    lxd.clear();
    requirer.offer(0, [a]);
    await deployment.updateStatus();
    assert.match(deployment.status(), /^active: .* 1 certificate$/);
  }
});

Deno.test("text: a log that does not work fails no hook", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const { model } = deployment;
  const requirer = deployment.requirer();
  const [a, b] = [await createCertificate(), await createCertificate()];
  requirer.offer(0, [a]);
  await deployment.settle();
  model.faults.failTool({ tool: "juju-log", unit: UNIT, stderr: `ERROR ${CONTROLS.join()}\n` });
  requirer.offer(0, [b, "no certificate"]);
  await deployment.settle();
  assert.deepEqual(Object.keys(await deployment.ours()), [b.fingerprint]);
  assert.deepEqual(requirer.told().trusted, [b.fingerprint]);
  assert.equal(requirer.told().rejected.length, 1);
});

// By the tag of the text: UTF-8, Printable, T61, IA5, Universal, BMP, and what is no text.
const COMMON_NAMES = [
  { tag: 12, bytes: "ff" },
  { tag: 12, bytes: "610062" },
  { tag: 12, bytes: "1b5b324a" },
  { tag: 19, bytes: "40ff00" },
  { tag: 20, bytes: "4dfc6c6c6572" },
  { tag: 20, bytes: "ff00fe" },
  { tag: 22, bytes: "e9" },
  { tag: 28, bytes: "00110000" },
  { tag: 28, bytes: "000061" },
  { tag: 30, bytes: "d800" },
  { tag: 30, bytes: "004100" },
  { tag: 30, bytes: "00fc" },
  { tag: 4, bytes: "01" },
];

Deno.test("text: no common name fails the takeover from the original charm", async () => {
  await using lxd = await startStandIn();
  await using deployment = await deploy(lxd);
  const { model } = deployment;
  const requirer = deployment.requirer();
  await deployment.settle();
  const named = COMMON_NAMES.map(({ tag, bytes }) => {
    const text = der(tag, bytes);
    const subject = der(0x30, der(0x31, der(0x30, "0603550403", text)));
    const certificate = craft({ subject });
    return { certificate, fingerprint: fingerprintOf(certificate) };
  });
  const entries = named.map(({ fingerprint }, index) => ({
    fingerprint,
    // As the original charm decoded the one in T61, and as nobody decoded the others.
    name: COMMON_NAMES[index]?.bytes === "4dfc6c6c6572" ? "M\u00fcller" : `entry ${index}`,
  }));
  for (const [index, { certificate }] of named.entries()) {
    await lxd.trust(certificate, { name: entries[index]?.name ?? "" });
  }
  const node = {
    endpoint: lxd.members[0]?.endpoint,
    name: "lxd",
    trusted_certs_fp: named.map(({ fingerprint }) => fingerprint),
  };
  requirer.relation.write(UNIT, {
    version: "1.0",
    nodes: JSON.stringify([node]),
    server_certificate: undefined,
    registered_certificates: undefined,
  });
  requirer.offer(0, named.map(({ certificate }) => certificate));
  model.updateStatus(APPLICATION);
  await deployment.settle();
  const adopted = entries.filter(({ name }) => name === "M\u00fcller")
    .map(({ fingerprint }) => fingerprint);
  assert.deepEqual(Object.keys(await deployment.ours()), adopted);
  // The others are foreign, and stay as they are.
  const names = (await deployment.foreign()).map(({ name }) => name);
  for (const { name, fingerprint } of entries) {
    if (!adopted.includes(fingerprint)) assert.ok(names.includes(name), name);
  }
});
