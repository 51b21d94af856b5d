/**
 * Runs a requirer with generated databags beside a correct requirer.
 *
 * @module
 */
import { createTestClock } from "../harness/test_clock.ts";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { type Deployment, prepare } from "../harness/deployment.ts";
import { addRequirer } from "../harness/requirer.ts";
import type { HookRun, RelationHandle } from "../juju/mod.ts";
import type { TrustEntry } from "../lxd/world.ts";
import type { Fuzzed, Material } from "./fuzzed_databags.ts";
import { clean, type Server } from "./servers.ts";

/** The charm with both requirers. */
interface FuzzState extends Deployment {
  readonly server: Server;
  readonly material: Material;
  /** The relation of the requirer with generated databags. */
  readonly strange: RelationHandle;
  readonly decent: RelationHandle;
  /** The beginning of every status. */
  readonly version: string;
  readonly replays: Replays;
}

const STRANGE = "strange";
const DECENT = "decent";
const COUNTS_REGEXP = /^: 1 node, \d+ certificates?(, \d+ rejected)?$/;

// A PEM block without any other text.
const PEM_REGEXP = /^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----\s*$/;

/** All reasons for rejections, by their codes. Only reasons about projects repeat text of the requirer. */
const REASONS: readonly (readonly [code: RegExp, reason: RegExp])[] = [
  [/^not-certificate$/, /^The text holds no PEM certificate$/],
  [/^not-certificate$/, /^The PEM block is not an X\.509 certificate$/],
  [/^not-certificate$/, /^A PEM block was sent that is no CERTIFICATE$/],
  [
    /^private-key$/,
    /^A private key was sent: it is no longer secret, replace it and send certificates only$/,
  ],
  [/^not-certificate$/, /^A (list|boolean|number) was sent: it must be a PEM certificate$/],
  [/^not-certificate$/, /^An object was sent: it must be a PEM certificate$/],
  [
    /^authority$/,
    /^The certificate of an authority was sent with the one it signed: only .* is registered$/,
  ],
  [/^expired$/, /^The certificate expired on \d{4}-\d\d-\d\d$/],
  [/^key-size$/, /^The RSA key has 1024 bits: LXD asks for at least 2048$/],
  [
    /^key-kind$/,
    /^The key is (of the kind|on the curve) [A-Za-z0-9.-]{1,50}: LXD lets in RSA, .* only$/,
  ],
  [/^key-kind$/, /^The key's curve has no name: LXD lets in RSA, .* only$/],
  [
    /^key-(kind|size)$/,
    /^The RSA key('s exponent is| has) [^:]+: LXD lets none in with (another|more than 8192)$/,
  ],
  [/^key-unreadable$/, /^The certificate's key cannot be read$/],
  [/^projects-unreadable$/, /^projects must be a JSON list of at least one project name$/],
  [
    /^project-not-allowed$/,
    /^The operator allows the projects db, web, not ("[^\s"'/\p{C}]{1,200}("|\.\.\.)(, )?)*(and \d+ more)?$/u,
  ],
  [
    /^text-too-large$/,
    /^The key (client_certificates|projects) has more than 1 MiB \(1048576 bytes\), which is the limit: /,
  ],
  [/^too-many-projects$/, /^projects has \d+ names, and the limit is 64: name fewer$/],
  [/^more-rejections$/, /^and \d+ more rejections, which are not listed$/],
  [/^lxd-refused$/, /^LXD refuses the certificate: [^\n]{1,200}$/],
];

/** A certificate of somebody else, and the reason against it that no other certificate gets. */
interface Replayed {
  readonly what: string;
  readonly fingerprint: string;
  readonly code: string;
  readonly reason: RegExp;
}

/** The certificates of others that the databags replay. */
function replayedOf({ decent, foreign, own }: Material): readonly Replayed[] {
  const more = /^The certificate is in LXD's trust store already, with access to more projects$/;
  return [
    {
      what: "another application's",
      code: "contested",
      fingerprint: decent.fingerprint,
      reason:
        /^Another application has this certificate registered, with access to other projects: /,
    },
    {
      what: "a bystander's",
      code: "foreign-entry",
      fingerprint: foreign.bystander.fingerprint,
      reason: more,
    },
    {
      what: "a confined bystander's",
      code: "foreign-entry",
      fingerprint: foreign.confined.fingerprint,
      reason: more,
    },
    {
      what: "one of another type",
      code: "foreign-entry",
      fingerprint: foreign.metrics.fingerprint,
      reason: /^The certificate is in LXD's trust store already, with the type "metrics"$/,
    },
    {
      what: "the integrator's own",
      code: "own-certificate",
      fingerprint: own.fingerprint,
      reason: /^The certificate is the integrator's own: use one of your own$/,
    },
  ];
}

/** Says which certificates of others were rejected as such, and which were shared. */
export type Replays = Set<string>;

/** What the databags must reach at least, so that each promise about them is put to the test. */
export const REPLAYS: readonly string[] = [
  "a bystander's",
  "a confined bystander's",
  "a confined bystander's, shared",
  "another application's",
  "another application's, shared",
  "one of another type",
  "the integrator's own",
];

/** Maxima of one hook with two relations, without the requests for each certificate. */
const MAXIMUM_TOOLS = 40;
const MAXIMUM_REQUESTS = 6;
const REQUESTS_PER_CERTIFICATE = 3;

/**
 * Writes one databag after the other, and checks after each that it does no harm.
 *
 * @param written The databags. A null is skipped.
 */
export async function writeDatabags(
  server: Server,
  material: Material,
  written: readonly (Fuzzed | null)[],
): Promise<Replays> {
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => clean(server));
  await using state = await startFuzz(server, material);
  const settled = await readOthers(state);
  assert.deepEqual(told(settled.databags[0]), [material.decent.fingerprint]);
  const { runs } = state.model;
  for (const databag of written) {
    if (databag === null) continue;
    const before = runs.length;
    await writeDatabag(state, databag);
    // Only a hook about everything reads both databags that hold the certificate.
    if (isReplaying(state)) {
      state.model.updateStatus(APPLICATION);
      await state.model.settle();
    }
    checkRuns(state, runs.slice(before));
    await checkOthers(state, settled);
  }
  const before = runs.length;
  state.model.updateStatus(APPLICATION);
  await state.model.settle();
  checkQuiet(runs.slice(before));
  checkRuns(state, runs.slice(before));
  await checkOthers(state, settled);
  return state.replays;
}

/** Deploys the charm, and relates both requirers. */
async function startFuzz(server: Server, material: Material): Promise<FuzzState> {
  const { lxd, running, certificates: { own } } = server;
  const { metadata } = (await lxd.admin("GET", "/1.0")).body ?? {};
  const version = `LXD ${metadata.environment.server_version}`;
  await using begun = new AsyncDisposableStack();
  const deployment = begun.use(
    await prepare(lxd, { running, clients: { credential: own }, clock: createTestClock() }),
  );
  const { model, charm } = deployment;
  const { bystander, confined, metrics } = material.foreign;
  await lxd.trust(bystander.certificate, { name: "a bystander" });
  await lxd.trust(confined.certificate, {
    name: "a confined bystander",
    restricted: true,
    projects: ["web"],
  });
  await lxd.trust(metrics.certificate, { name: "metrics", type: "metrics" });
  await model.deploy(charm, { name: APPLICATION, trust: true, config: { projects: "db,web" } });
  const strange = addRequirer(model, STRANGE);
  const decent = addRequirer(model, DECENT);
  decent.write(`${DECENT}/0`, {
    client_certificates: JSON.stringify([material.decent.certificate]),
    projects: '["web"]',
  });
  await model.settle();
  begun.move();
  return { ...deployment, server, material, strange, decent, version, replays: new Set() };
}

/** Writes a databag, and checks the number of hook tools and requests. */
async function writeDatabag(
  { model, server: { standIn }, strange }: FuzzState,
  { isApplication, certificates, projects }: Fuzzed,
): Promise<void> {
  standIn?.clear();
  const first = model.runs.length;
  const before = told(strange.read(UNIT)).length;
  const changes = { client_certificates: certificates, projects };
  if (isApplication) strange.writeApp(STRANGE, changes);
  else strange.write(`${STRANGE}/0`, changes);
  await model.settle();
  const known = before + told(strange.read(UNIT)).length;
  const hooks = model.runs.slice(first);
  for (const { tools } of hooks) {
    assert.ok(tools.length <= MAXIMUM_TOOLS, `${tools.length} hook tools`);
  }
  const requests = standIn?.requests.length ?? 0;
  // The hooks also send requests for certificates that LXD refuses.
  const refused = strange.read(UNIT)["rejected_certificates"]?.match(/LXD refuses/g)?.length;
  const maximum = hooks.length * MAXIMUM_REQUESTS +
    (known + (refused ?? 0)) * REQUESTS_PER_CERTIFICATE;
  assert.ok(requests <= maximum, `${requests} requests`);
}

/** Returns whether the answer is about the correct requirer's certificate. */
function isReplaying({ strange, material: { decent } }: FuzzState): boolean {
  const { nodes = "", rejected_certificates: rejected = "" } = strange.read(UNIT);
  return [nodes, rejected].some((text) => text.includes(decent.fingerprint));
}

/** Checks that hooks succeed, count nodes and certificates, and show no secret. */
function checkRuns({ model, version }: FuzzState, runs: readonly HookRun[]): void {
  const texts = model.log.map(({ message }) => message);
  for (const { outcome, statusAfter, stderr, stdout, unit } of runs) {
    if (unit !== UNIT) continue;
    assert.equal(outcome, "done");
    assert.equal(statusAfter.status, "active");
    assert.ok(statusAfter.message.startsWith(version), statusAfter.message);
    assert.match(statusAfter.message.slice(version.length), COUNTS_REGEXP);
    texts.push(stdout, stderr, statusAfter.message);
  }
  for (const text of texts) assert.doesNotMatch(text, /-----BEGIN|PRIVATE KEY/);
}

/** Checks that a hook without a change writes nothing. */
function checkQuiet(runs: readonly HookRun[]): void {
  const writes = runs.flatMap(({ tools }) => tools)
    .filter(({ tool }) => ["relation-set", "juju-log"].includes(tool));
  assert.deepEqual(writes, [], "a hook without a change writes nothing");
}

/** Reads the databags of the correct requirer, and all entries except the other requirer's. */
async function readOthers(state: FuzzState) {
  const { decent, lxd, material } = state;
  const others = (await lxd.trustStore()).filter((entry) => !isStrange(state, entry))
    .filter(({ fingerprint }) => fingerprint !== material.decent.fingerprint);
  return { databags: [decent.read(UNIT), decent.readApp(APPLICATION)], others };
}

type Others = Awaited<ReturnType<typeof readOthers>>;

async function checkOthers(state: FuzzState, settled: Others): Promise<void> {
  const { decent, lxd, material, prefix, strange } = state;
  assert.deepEqual(await readOthers(state), settled, "other requirers are not affected");
  const store = await lxd.trustStore();
  const entry = store.find(({ fingerprint }) => fingerprint === material.decent.fingerprint);
  assert.ok(entry, "the correct requirer stays registered");
  const { name, projects, restricted, type } = entry;
  assert.deepEqual([type, restricted, projects], ["client", true, ["web"]]);
  const names = [`${decent.id}:${DECENT}-0`, "shared"].map((owner) =>
    `${prefix}${owner}:${entry.fingerprint.slice(0, 12)}`
  );
  assert.ok(names.includes(name), name);
  const entries = store.filter((entry) => isStrange(state, entry));
  checkPublished(state, strange.read(UNIT), entries);
  // The leader answers an application only while the application asks.
  const answer = strange.readApp(APPLICATION);
  if (Object.keys(answer).length > 0) checkPublished(state, answer, entries);
}

/** A shared entry counts, too: the unit and its application may want the same certificate. */
function isStrange({ prefix, strange }: FuzzState, { name }: TrustEntry): boolean {
  return [`${strange.id}:`, "shared"].some((owner) => name.startsWith(`${prefix}${owner}`));
}

/** Checks that the published data is JSON, agrees with the trust store, and holds no key. */
function checkPublished(
  state: FuzzState,
  databag: Readonly<Record<string, string>>,
  entries: readonly TrustEntry[],
): void {
  const fingerprints = told(databag);
  const mayShare = replayedOf(state.material).map(({ fingerprint }) => fingerprint);
  assert.deepEqual(
    fingerprints.filter((one) => !mayShare.includes(one)),
    entries.map(({ fingerprint }) => fingerprint).filter((one) => !mayShare.includes(one))
      .toSorted(),
  );
  const registered: string[] = JSON.parse(databag["registered_certificates"] ?? "");
  assert.deepEqual(registered.map((text) => fingerprintOf(text)), fingerprints);
  for (const text of registered) assert.match(text, PEM_REGEXP);
  for (const { name, projects, restricted } of entries) {
    assert.ok(restricted && projects.length > 0, `${name} is restricted`);
    assert.ok(projects.every((project) => ["db", "web"].includes(project)), String(projects));
  }
  const rejected: readonly Rejected[] = JSON.parse(databag["rejected_certificates"] ?? "[]");
  for (const { code, fingerprint, reason: _, unit, ...rest } of rejected) {
    assert.deepEqual(rest, {});
    assert.match(code, /^[a-z-]+$/);
    assert.ok([STRANGE, `${STRANGE}/0`].includes(unit), unit);
    assert.match(fingerprint ?? "0".repeat(64), /^[0-9a-f]{64}$/);
  }
  checkReplayed(state, { fingerprints, rejected, entries });
  checkStates(databag, { fingerprints, rejected });
  assert.doesNotMatch(JSON.stringify(databag), /PRIVATE KEY/);
}

/** Checks the answers about certificates of others, and that no other one gets their reasons. */
function checkReplayed(
  { material, replays }: FuzzState,
  { fingerprints, rejected, entries }: {
    readonly fingerprints: readonly string[];
    readonly rejected: readonly Rejected[];
    readonly entries: readonly TrustEntry[];
  },
): void {
  const all = replayedOf(material);
  for (const { code, fingerprint, reason } of rejected) {
    const replayed = all.find((one) => one.fingerprint === fingerprint);
    if (replayed?.code === code && replayed.reason.test(reason)) replays.add(replayed.what);
    else {
      const isRight = ([codes, reasons]: typeof REASONS[number]) =>
        codes.test(code) && reasons.test(reason);
      assert.ok(REASONS.some(isRight), `${replayed?.what}: ${code}: ${reason}`);
    }
  }
  for (const { what, fingerprint } of all.filter((one) => fingerprints.includes(one.fingerprint))) {
    // The entry gives no more than the requirer asks for, or is shared with the requirer.
    const mayBe = fingerprint === material.foreign.confined.fingerprint ||
      entries.some((entry) => entry.fingerprint === fingerprint && entry.name.includes(":shared:"));
    assert.ok(mayBe, `${what} was published as registered`);
    replays.add(`${what}, shared`);
  }
}

/** Checks the states of certificates: those that are trusted, and those that are rejected only. */
function checkStates(
  databag: Readonly<Record<string, string>>,
  { fingerprints, rejected }: {
    readonly fingerprints: readonly string[];
    readonly rejected: readonly Rejected[];
  },
): void {
  const states: readonly { readonly fingerprint: string; readonly state: string }[] = JSON.parse(
    databag["certificates"] ?? "[]",
  );
  const inState = (wanted: string) =>
    states.filter(({ state }) => state === wanted).map(({ fingerprint }) => fingerprint);
  assert.deepEqual(inState("trusted"), fingerprints);
  const refused = new Set(rejected.map(({ fingerprint }) => fingerprint));
  const expected = refused.difference(new Set([null, ...fingerprints]));
  assert.deepEqual(new Set(inState("rejected")), expected);
  assert.equal(states.length, fingerprints.length + expected.size);
}

interface Rejected {
  readonly unit: string;
  readonly code: string;
  readonly fingerprint: string | null;
  readonly reason: string;
}

function told(databag: Readonly<Record<string, string>> | undefined): readonly string[] {
  return JSON.parse(databag?.["nodes"] ?? "")[0].trusted_certs_fp;
}

/** Removes indentation and line ends first: not every parser of PEM takes what requirers sent. */
function fingerprintOf(pem: string): string {
  const body = pem.replaceAll(/-----[A-Z ]*-----|\s/g, "");
  return new X509Certificate(Buffer.from(body, "base64")).fingerprint256.replaceAll(":", "")
    .toLowerCase();
}
