import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { craft, createKey, nameOf } from "../crafted.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { relateHttps } from "../harness/https_requirer.ts";
import { createPeaks } from "../harness/peaks.ts";
import type { Requirer } from "../harness/requirer.ts";
import { startLxd } from "../lxd/servers.ts";

const MB = 1_000_000;
const MAXIMUM_PEAK = 200 * MB;

/** A databag of 16 MB, and what its writer reads about it. */
interface Huge {
  readonly what: string;
  readonly databag: Readonly<Record<string, string>>;
  readonly reasons: readonly string[];
}

const OF_CERTIFICATES =
  "The key client_certificates has more than 1 MiB (1048576 bytes), which is the limit: shorten it";

const HUGE: readonly Huge[] = [
  ...[
    { what: "numbers", text: `[${"1,".repeat(8 * MB)}1]` },
    { what: "lists within lists", text: "[".repeat(16 * MB) },
    { what: "zero bytes", text: "\0".repeat(16 * MB) },
    { what: "wide characters", text: "\u2028".repeat(5 * MB) },
    {
      what: "one certificate without an end",
      text: `-----BEGIN CERTIFICATE-----\n${"A".repeat(16 * MB)}`,
    },
  ].map(({ what, text }) => ({
    what,
    databag: { client_certificates: text },
    reasons: [OF_CERTIFICATES],
  })),
  { what: "an unknown key", databag: { nonsense: "x".repeat(16 * MB) }, reasons: [] },
  {
    what: "many unknown keys",
    databag: Object.fromEntries(
      Array.from({ length: 100_000 }, (_, index) => [`nonsense-${index}`, "x".repeat(100)]),
    ),
    reasons: [],
  },
  {
    what: "projects",
    databag: {
      client_certificates: JSON.stringify([(await createCertificate()).certificate]),
      projects: JSON.stringify(Array.from({ length: 2 * MB }, () => "web")),
    },
    reasons: [
      "The key projects has more than 1 MiB (1048576 bytes), which is the limit: shorten it",
    ],
  },
];

Deno.test("limits: 16 MB of anything harm nobody, and cost less than 200 MB of memory", async () => {
  await using lxd = await startLxd();
  for (const name of ["web", "db"]) await lxd.createProject(name);
  using peaks = createPeaks();
  await using deployment = await deploy(lxd, { model: { run: peaks.run } });
  const honest = deployment.requirer("honest");
  const hostile = deployment.requirer("hostile");
  let former: Readonly<Record<string, string>> = {};
  for (const [index, { what, databag, reasons }] of HUGE.entries()) {
    const removed = Object.fromEntries(Object.keys(former).map((key) => [key, undefined]));
    hostile.relation.write("hostile/0", { ...removed, ...databag });
    former = databag;
    await checkHonest(deployment, honest, index % 2 === 0 ? "web" : "db");
    assert.deepEqual(reasonsOf(hostile), reasons, what);
    assert.ok(peaks.highest() < MAXIMUM_PEAK, `${what}: ${peaks.highest()} bytes`);
  }
});

Deno.test("limits: neither do several units, nor what is just within the limits", async () => {
  await using lxd = await startLxd();
  for (const name of ["web", "db"]) await lxd.createProject(name);
  using peaks = createPeaks();
  await using deployment = await deploy(lxd, { model: { run: peaks.run } });
  const honest = deployment.requirer("honest");
  const hostile = deployment.requirer("hostile", 4);
  const objects = `[${"{},".repeat(MB / 3)}{}]`;
  const sent = [
    [{ client_certificates: "\0".repeat(16 * MB) }, OF_CERTIFICATES],
    [
      { client_certificates: objects, projects: objects },
      "The text holds no PEM certificate",
    ],
    [
      { client_certificates: JSON.stringify(namesakes(1500)) },
      "The limit is 100 certificates, and 1400 more were sent: withdraw those not in use",
    ],
  ] as const;
  for (const [index, [databag, reason]] of sent.entries()) {
    for (const unit of [0, 1, 2, 3]) hostile.relation.write(`hostile/${unit}`, databag);
    await checkHonest(deployment, honest, index % 2 === 0 ? "web" : "db");
    const told = hostile.told().rejected.filter((rejection) => rejection.reason === reason);
    assert.deepEqual(told.map(({ unit }) => unit), [0, 1, 2, 3].map((unit) => `hostile/${unit}`));
    assert.ok(peaks.highest() < MAXIMUM_PEAK, `${reason}: ${peaks.highest()} bytes`);
  }
});

/** The honest requirer gets its new certificate registered, and a changed option reaches LXD. */
async function checkHonest(
  { model, lxd, settle }: Deployment,
  honest: Requirer,
  projects: string,
): Promise<void> {
  const certificate = await createCertificate();
  honest.offer(0, [certificate]);
  await settle();
  assert.deepEqual(honest.told().trusted, [certificate.fingerprint]);
  const before = model.runs.length;
  model.configure(APPLICATION, { projects });
  await settle();
  const entry = (await lxd.trustStore())
    .find(({ fingerprint }) => fingerprint === certificate.fingerprint);
  assert.deepEqual(entry?.projects.toSorted(), projects.split(",").toSorted());
  assert.deepEqual(honest.told().rejected, []);
  assert.equal(model.runs[before]?.hook, "config-changed");
}

function reasonsOf({ told }: Requirer): readonly string[] {
  return [...new Set(told().rejected.map(({ reason }) => reason))].sort();
}

/** Certificates of one name, each with a key of its own and a wrong signature. */
function namesakes(count: number): readonly string[] {
  const subject = nameOf("root");
  return Array.from({ length: count }, () => craft({ subject, signer: createKey().signer }));
}

Deno.test("limits: wrongly signed authorities of one name harm nobody", async () => {
  await using lxd = await startLxd();
  await lxd.createProject("web");
  await using deployment = await deploy(lxd);
  const honest = deployment.requirer("honest");
  const hostile = deployment.requirer("hostile");
  hostile.offer(0, namesakes(400));
  await checkHonest(deployment, honest, "web");
  assert.deepEqual(hostile.told().trusted, []);
  assert.deepEqual(reasonsOf(hostile), [
    "The limit is 100 certificates, and 300 more were sent: withdraw those not in use",
    "Too many certificates with the same names were sent to verify all signatures: " +
    "send only the client's own",
    "and 2 more rejections, which are not listed",
  ]);
});

Deno.test("limits: what is within them is served, and the rest rejected, on every unit", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { units: 2 });
  const requirer = deployment.requirer("my-charm", 3);
  const many: TestCertificate[] = [];
  for (let index = 0; index < 102; index++) many.push(await createCertificate());
  const [first, second] = many;
  assert.ok(first && second);
  const large = craft({ padding: 16_384 });
  // The repeated one counts once.
  requirer.offer(0, [first, large, ...many, first]);
  requirer.offer(1, [second]);
  requirer.relation.write("my-charm/1", {
    projects: JSON.stringify(Array.from({ length: 65 }, (_, index) => `project-${index}`)),
  });
  await deployment.settle();
  const served = many.slice(0, 100).map(({ fingerprint }) => fingerprint).sort();
  for (const unit of ["lxd-integrator/0", "lxd-integrator/1"]) {
    const { trusted, rejected } = requirer.told(unit);
    assert.deepEqual(trusted, served);
    assert.deepEqual(
      rejected.map(({ unit, reason }) =>
        `${unit}: ${reason}`.replace(/\d{5} bytes, and/, "... and")
      ),
      [
        "my-charm/0: The certificate has ... and the limit is 16 KiB (16384 bytes): use one " +
        "without large extensions",
        "my-charm/0: The limit is 100 certificates, and 2 more were sent: withdraw those not in use",
        "my-charm/1: projects has 65 names, and the limit is 64: name fewer",
      ],
    );
  }
  assert.deepEqual(Object.keys(await deployment.ours()).sort(), served);
});

Deno.test("limits: they hold over lxd-https, too, and in the application's databag", async () => {
  await using lxd = await startLxd();
  using peaks = createPeaks();
  await using deployment = await deploy(lxd, { model: { run: peaks.run } });
  const requirer = relateHttps(deployment.model);
  const [good, app] = [await createCertificate(), await createCertificate()];
  const huge = "x".repeat(16 * MB);
  const check = async (registered: readonly string[], reasons: readonly string[]) => {
    await deployment.settle();
    const told = requirer.told();
    assert.deepEqual(JSON.parse(told["registered_certificates"] ?? "[]"), registered);
    const rejected: { reason: string }[] = JSON.parse(told["rejected_certificates"] ?? "[]");
    assert.deepEqual(rejected.map(({ reason }) => reason), reasons);
    assert.ok(peaks.highest() < MAXIMUM_PEAK, `${peaks.highest()} bytes`);
  };
  const over = (key: string) =>
    `The key ${key} has more than 1 MiB (1048576 bytes), which is the limit: shorten it`;
  requirer.offer(0, huge);
  await check([], [over("certificate")]);
  requirer.offer(0, good.certificate, { version: huge });
  await check([], [over("version")]);
  requirer.offer(0, good.certificate, { projects: huge });
  await check([], [over("projects")]);
  requirer.offer(0, good.certificate, {
    projects: Array.from({ length: 65 }, (_, index) => `project-${index}`).join(),
  });
  await check([], ["projects has 65 names, and the limit is 64: name fewer"]);
  requirer.offer(0, good.certificate, { projects: undefined });
  await check([good.certificate], []);
  requirer.offer("application", huge);
  await check([], [over("certificate")]);
  requirer.offer("application", app.certificate);
  await check([app.certificate], []);
});
