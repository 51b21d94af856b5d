import assert from "node:assert/strict";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { deploy } from "../harness/deployment.ts";
import type { Requirer } from "../harness/requirer.ts";

const DAY_MS = 86_400_000;

// Newer LXD writes it out.
const NOT_YET = VERSION.startsWith("6.9") ? "is not" : "isn't";

Deno.test("input: the charm reads every form of client_certificates", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const [a, b] = [await createCertificate(), await createCertificate()];
  const [pemA, pemB] = [a.certificate, b.certificate];
  const crlf = pemA.replaceAll("\n", "\r\n");
  const yaml = (pem: string) => `- |\n  ${pem.trimEnd().replaceAll("\n", "\n  ")}\n`;
  const quoted = (pem: string) => `- '${pem.trimEnd().replaceAll("\n", "\n\n  ")}'\n`;
  const both = [a.fingerprint, b.fingerprint].sort();
  const forms: readonly (readonly [string, string, readonly string[]])[] = [
    ["JSON list", JSON.stringify([pemA, pemB]), both],
    ["one PEM", pemA, [a.fingerprint]],
    ["one PEM with CRLF", crlf, [a.fingerprint]],
    ["JSON string", JSON.stringify(pemB), [b.fingerprint]],
    ["YAML list, block scalars", yaml(pemA) + yaml(pemB), both],
    ["YAML list, quoted scalars", quoted(pemB) + quoted(pemA), both],
    ["several blocks in one string", pemA + pemB, both],
    ["several blocks in one item", JSON.stringify([pemA + pemB]), both],
    ["a list serialised twice", JSON.stringify(JSON.stringify([pemA, pemB])), both],
    ["text around the block", JSON.stringify([`Issuer: me\n${pemA}end`]), [a.fingerprint]],
    ["duplicates", JSON.stringify([pemA, crlf, pemA]), [a.fingerprint]],
    ["an empty list", "[]", []],
    ["null", "null", []],
    ["nothing", "", []],
  ];
  for (const [form, value, expected] of forms) {
    requirer.offer(0, value);
    await deployment.settle();
    assert.deepEqual(requirer.told().trusted, expected, form);
    assert.deepEqual(Object.keys(await deployment.ours()).sort(), expected, form);
    assert.deepEqual(requirer.told().rejected, [], form);
  }
  // The charm repeats the sent text unchanged, so that the requirer finds it.
  requirer.offer(0, JSON.stringify([crlf]));
  await deployment.settle();
  assert.deepEqual(requirer.told().registered, [crlf]);
});

// Reasons for the items of garbageAround().
const REASONS_OF_GARBAGE = [
  "A boolean was sent: it must be a PEM certificate",
  "A list was sent: it must be a PEM certificate",
  "A number was sent: it must be a PEM certificate",
  "A private key was sent: it is no longer secret, replace it and send certificates only",
  "The PEM block is not an X.509 certificate",
  "The text holds no PEM certificate",
  "An object was sent: it must be a PEM certificate",
];

/** Returns a good certificate between items that are no certificates. */
function garbageAround(good: TestCertificate): readonly unknown[] {
  return [
    "x".repeat(100_000),
    42,
    { certificate: good.certificate },
    [good.certificate],
    true,
    "no PEM at all",
    good.certificate,
    good.certificate.replace(/\n.{20}/, "\n" + "A".repeat(20)),
    good.key,
    "\u0007\ud800\u0085-----BEGIN CERTIFICATE-----",
  ];
}

function toPem({ certificate }: TestCertificate): string {
  return certificate;
}

/** Makes certificates that are not valid. */
async function createInvalid(
  now: number,
): Promise<Readonly<Record<"expired" | "justExpired" | "future", TestCertificate>>> {
  return {
    expired: await createCertificate({ notAfter: new Date(now - 3 * DAY_MS) }),
    justExpired: await createCertificate({ notAfter: new Date(now - DAY_MS) }),
    future: await createCertificate({
      notBefore: new Date(now + DAY_MS),
      notAfter: new Date(now + 2 * DAY_MS),
    }),
  };
}

/** The rejections of a requirer as `unit: fingerprint: reason`, sorted. */
function rejectionsOf({ told }: Requirer): readonly string[] {
  return told().rejected.map(({ unit, fingerprint, reason }) =>
    [unit, fingerprint ?? "", reason].filter((part) => part !== "").join(": ")
  ).sort();
}

Deno.test("input: garbage is rejected with its reason, and good certificates beside it are served", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const [requirer, other] = [deployment.requirer("my-charm", 2), deployment.requirer("other")];
  const [good, others] = [await createCertificate(), await createCertificate()];
  const now = Date.now();
  const { expired, justExpired, future } = await createInvalid(now);
  const weak = await createCertificate({ key: "rsa1024" });
  const bad = [expired, justExpired, future, weak, deployment.credential];
  requirer.offer(0, JSON.stringify([...garbageAround(good), ...bad.map(toPem)]));
  requirer.offer(1, "-".repeat(100_000));
  other.offer(0, [others]);
  await deployment.settle();
  assert.deepEqual(requirer.told().trusted, [good.fingerprint]);
  assert.deepEqual(other.told().trusted, [others.fingerprint]);
  assert.deepEqual(await deployment.ours(), {
    [good.fingerprint]: "1:my-charm-0",
    [others.fingerprint]: "2:other-0",
  });
  const day = (offset: number) => new Date(now + offset).toISOString().slice(0, 10);
  assert.deepEqual(
    rejectionsOf(requirer),
    [
      ...REASONS_OF_GARBAGE.map((reason) => `my-charm/0: ${reason}`),
      `my-charm/0: ${expired.fingerprint}: The certificate expired on ${day(-3 * DAY_MS)}`,
      `my-charm/0: ${justExpired.fingerprint}: LXD refuses the certificate: ` +
      "The provided certificate is expired",
      `my-charm/0: ${future.fingerprint}: LXD refuses the certificate: ` +
      `The provided certificate ${NOT_YET} valid yet`,
      `my-charm/0: ${weak.fingerprint}: The RSA key has 1024 bits: LXD asks for at least 2048`,
      `my-charm/0: ${deployment.credential.fingerprint}: The certificate is the integrator's own: ` +
      "use one of your own",
      "my-charm/1: The text holds no PEM certificate",
    ].sort(),
  );
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 2 certificates, 13 rejected`);
  const warnings = deployment.model.log.filter(({ level }) => level === "WARNING");
  // The charm logs one warning for each unit that sent garbage, and does not repeat it.
  assert.equal(warnings.length, 2);
  await deployment.updateStatus();
  assert.equal(deployment.model.log.filter(({ level }) => level === "WARNING").length, 2);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 2 certificates, 13 rejected`);

  requirer.offer(0, [good]);
  requirer.offer(1, "");
  await deployment.settle();
  assert.deepEqual(requirer.told().rejected, []);
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 2 certificates`);
});

Deno.test("input: a rejection is counted once, though the hook runs again", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const [first, second] = [deployment.requirer("first"), deployment.requirer("second")];
  first.offer(0, ["no certificate"]);
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates, 1 rejected`);
  // The hook sets the status. Then Juju refuses the hook's other writes.
  deployment.model.faults.loseLeadershipAtFlush();
  second.offer("application", ["no certificate either"]);
  await deployment.model.settle({ replays: 1 });
  deployment.model.faults.clear();
  assert.ok(deployment.model.runs.some(({ outcome }) => outcome === "failed"));
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates, 2 rejected`);
  second.offer("application", []);
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates, 1 rejected`);
});

Deno.test("input: projects narrow the access, and a project that does not exist is a rejection", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  await lxd.createProject("web");
  const requirer = deployment.requirer();
  const certificate = await createCertificate();
  const access = async () => {
    const store = await lxd.trustStore();
    const entry = store.find(({ fingerprint }) => fingerprint === certificate.fingerprint);
    return entry && [entry.restricted, ...entry.projects.toSorted()];
  };
  requirer.relation.write("my-charm/0", { projects: '["web"]' });
  requirer.offer(0, [certificate]);
  await deployment.settle();
  assert.deepEqual(await access(), [true, "web"]);
  requirer.relation.write("my-charm/0", { projects: '["web", "default"]' });
  await deployment.settle();
  assert.deepEqual(await access(), [true, "default", "web"]);
  requirer.relation.write("my-charm/0", { projects: undefined });
  await deployment.settle();
  assert.deepEqual(await access(), [false]);
  // An entry that LXD cannot restrict as asked does not keep its wider access.
  requirer.relation.write("my-charm/0", { projects: '["none"]' });
  await deployment.settle();
  assert.deepEqual(await access(), undefined);
  assert.deepEqual(requirer.told().trusted, []);
  requirer.relation.write("my-charm/0", { projects: '["web"]' });
  await deployment.settle();
  assert.deepEqual(await access(), [true, "web"]);
  requirer.relation.write("my-charm/0", { projects: "web and others" });
  await deployment.settle();
  assert.deepEqual(await access(), undefined);
  assert.match(
    requirer.told().rejected[0]?.reason ?? "",
    /projects must be a JSON list of at least one/,
  );
  requirer.relation.write("my-charm/0", { projects: '["none"]' });
  await deployment.settle();
  assert.deepEqual(await access(), undefined);
  assert.match(
    requirer.told().rejected[0]?.reason ?? "",
    /^No LXD project "none"$/,
  );
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates, 1 rejected`);
});
