/**
 * A requirer whose databags are generated, beside one that does as it should.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { createModel, type Model, type RelationHandle } from "../juju/model.ts";
import type { TrustEntry } from "../lxd/world.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { cloudOf } from "../harness/cloud.ts";
import type { Fuzzed, Material } from "./fuzz.ts";
import type { Stage } from "./history_world.ts";
import { clean } from "./stage.ts";

interface FuzzWorld extends AsyncDisposable {
  /** Writes a databag, and checks that it harms nobody. */
  readonly write: (fuzzed: Fuzzed) => Promise<void>;
  /** Looks at everything once more, and checks that nothing is written that was there before. */
  readonly look: () => Promise<void>;
}

const STRANGE = "strange";
const DECENT = "decent";
const COUNTS_REGEXP = /^: 1 node, \d+ certificates?(, \d+ rejected)?$/;

// A PEM block, and nothing beside it.
const PEM_REGEXP = /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----\s*$/;

/** All that a requirer may read about what it wrote. Nothing of it is repeated but LXD's projects. */
const REASONS: readonly RegExp[] = [
  /^The text holds no PEM certificate$/,
  /^The PEM block is not an X\.509 certificate$/,
  /^A PEM block was sent that is no CERTIFICATE$/,
  /^A private key was sent: it is no longer secret, replace it and send certificates only$/,
  /^A (list|boolean|number) was sent: it must be a PEM certificate$/,
  /^An object was sent: it must be a PEM certificate$/,
  /^The certificate of an authority was sent with the one it signed: only .* is registered$/,
  /^The certificate is the integrator's own: use one of your own$/,
  /^The certificate expired on \d{4}-\d\d-\d\d$/,
  /^The RSA key has 1024 bits: LXD asks for at least 2048$/,
  /^The key is (of the kind|on the curve) [A-Za-z0-9.-]{1,50}: LXD lets in RSA, .* only$/,
  /^The key's curve has no name: LXD lets in RSA, .* only$/,
  /^The RSA key('s exponent is| has) [^:]+: LXD lets none in with (another|more than 8192)$/,
  /^The certificate's key cannot be read$/,
  /^projects must be a JSON list of at least one project name$/,
  /^The operator allows the projects db, web, not ("[^\s"'*/]{1,63}"(, )?)+$/,
  /^LXD refuses the certificate: [^\n]{1,200}$/,
];

/** The most hook tools and requests of one hook, with two relations, beside those for each certificate. */
const MAXIMUM_TOOLS = 40;
const MAXIMUM_REQUESTS = 6;
const REQUESTS_PER_CERTIFICATE = 3;

/**
 * Lets a requirer write one databag after the other, and checks after each that it harms nobody.
 *
 * @param stage Where.
 * @param material What the databags were made from.
 * @param written The databags; null for nothing.
 */
export async function write(
  stage: Stage,
  material: Material,
  written: readonly (Fuzzed | null)[],
): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => clean(stage));
  await using world = await openFuzzWorld(stage, material);
  for (const databag of written) {
    if (databag) await world.write(databag);
  }
  await world.look();
}

/** Deploys the charm, and relates both. */
async function openFuzzWorld(stage: Stage, material: Material): Promise<FuzzWorld> {
  const { charm, lxd, run, standIn } = stage;
  const { metadata } = (await lxd.admin("GET", "/1.0")).body ?? {};
  const version = `LXD ${metadata.environment.server_version}`;
  await using begun = new AsyncDisposableStack();
  const model = begun.use(
    await createModel({ cloud: cloudOf(lxd, stage.pool.own), ...run && { run } }),
  );
  await model.deploy(charm, { name: APPLICATION, trust: true, config: { projects: "db,web" } });
  const strange = relate(model, STRANGE);
  const decent = relate(model, DECENT);
  decent.write(`${DECENT}/0`, {
    client_certificates: JSON.stringify([material.decent.certificate]),
    projects: '["web"]',
  });
  await model.settle();
  const settled = await peek();
  assert.deepEqual(told(settled.databags[0]), [material.decent.fingerprint]);
  let seen = model.runs.length;

  // Where the unit and its application want the same one after the other, it may still be shared.
  function isStrange({ name }: TrustEntry): boolean {
    return [`${strange.id}:`, "shared"].some((owner) =>
      name.startsWith(`${APPLICATION}@${model.uuid}:${owner}`)
    );
  }

  async function peek() {
    const others = (await lxd.trustStore()).filter((entry) => !isStrange(entry));
    return { databags: [decent.read(UNIT), decent.readApp(APPLICATION)], others };
  }

  async function check(): Promise<void> {
    const texts = model.log.map(({ message }) => message);
    for (const { outcome, statusAfter, stderr, stdout, unit } of model.runs.slice(seen)) {
      if (unit !== UNIT) continue;
      assert.equal(outcome, "done");
      assert.equal(statusAfter.status, "active");
      assert.ok(statusAfter.message.startsWith(version), statusAfter.message);
      assert.match(statusAfter.message.slice(version.length), COUNTS_REGEXP);
      texts.push(stdout, stderr, statusAfter.message);
    }
    for (const text of texts) assert.doesNotMatch(text, /-----BEGIN|PRIVATE KEY/);
    seen = model.runs.length;
    assert.deepEqual(await peek(), settled, "Nobody else is affected");
    const entries = (await lxd.trustStore()).filter(isStrange);
    checkPublished(strange.read(UNIT), entries);
    // An application is answered as long as it asks.
    const answer = strange.readApp(APPLICATION);
    if (Object.keys(answer).length > 0) checkPublished(answer, entries);
  }

  const ended = begun.move();
  return {
    write: async ({ isApplication, certificates, projects }) => {
      standIn?.clear();
      const before = told(strange.read(UNIT)).length;
      const changes = { client_certificates: certificates, projects };
      if (isApplication) strange.writeApp(STRANGE, changes);
      else strange.write(`${STRANGE}/0`, changes);
      await model.settle();
      const known = before + told(strange.read(UNIT)).length;
      for (const { tools } of model.runs.slice(seen)) {
        assert.ok(tools.length <= MAXIMUM_TOOLS, `${tools.length} hook tools`);
      }
      const { length: hooks } = model.runs.slice(seen);
      const requests = standIn?.requests.length ?? 0;
      // What LXD refuses is counted with what it takes: a databag is not longer than this list.
      const refused = strange.read(UNIT)["rejected_certificates"]?.match(/LXD refuses/g)?.length;
      const maximum = hooks * MAXIMUM_REQUESTS +
        (known + (refused ?? 0)) * REQUESTS_PER_CERTIFICATE;
      assert.ok(requests <= maximum, `${requests} requests`);
      await check();
    },
    look: async () => {
      model.updateStatus(APPLICATION);
      await model.settle();
      const tools = model.runs.slice(seen).flatMap(({ tools }) => tools);
      const writes = tools.filter(({ tool }) => ["relation-set", "juju-log"].includes(tool));
      assert.deepEqual(writes, [], "The same is told in the same words");
      await check();
    },
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  };
}

function relate(model: Model, name: string): RelationHandle {
  const endpoints = { lxd: { role: "requires", interface: "lxd" } } as const;
  model.addApplication(name, { endpoints });
  return model.relate(`${APPLICATION}:api`, `${name}:lxd`);
}

/** What is told is JSON, names certificates that LXD trusts as they are told, and repeats no secret. */
function checkPublished(
  databag: Readonly<Record<string, string>>,
  entries: readonly TrustEntry[],
): void {
  const fingerprints = told(databag);
  assert.deepEqual(fingerprints, entries.map(({ fingerprint }) => fingerprint).toSorted());
  const registered: string[] = JSON.parse(databag["registered_certificates"] ?? "");
  assert.deepEqual(registered.map((text) => fingerprintOf(text)), fingerprints);
  for (const text of registered) assert.match(text, PEM_REGEXP);
  for (const { name, projects, restricted } of entries) {
    assert.ok(restricted && projects.length > 0, `${name} is restricted`);
    assert.ok(projects.every((project) => ["db", "web"].includes(project)), String(projects));
  }
  const rejected: readonly Rejected[] = JSON.parse(databag["rejected_certificates"] ?? "[]");
  for (const { fingerprint, reason, unit, ...rest } of rejected) {
    assert.deepEqual(rest, {});
    assert.ok([STRANGE, `${STRANGE}/0`].includes(unit), unit);
    assert.match(fingerprint ?? "0".repeat(64), /^[0-9a-f]{64}$/);
    assert.ok(REASONS.some((regexp) => regexp.test(reason)), reason);
  }
  assert.doesNotMatch(JSON.stringify(databag), /PRIVATE KEY/);
}

interface Rejected {
  readonly unit: string;
  readonly fingerprint: string | null;
  readonly reason: string;
}

function told(databag: Readonly<Record<string, string>> | undefined): readonly string[] {
  return JSON.parse(databag?.["nodes"] ?? "")[0].trusted_certs_fp;
}

/** As it was sent a PEM may be indented, or lie on one line, which not every reader of PEM takes. */
function fingerprintOf(pem: string): string {
  const body = pem.replaceAll(/-----[A-Z ]*-----|\s/g, "");
  return new X509Certificate(Buffer.from(body, "base64")).fingerprint256.replaceAll(":", "")
    .toLowerCase();
}
