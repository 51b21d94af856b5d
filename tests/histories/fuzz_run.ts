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
  /** The relation of the requirer with generated databags. */
  readonly strange: RelationHandle;
  readonly decent: RelationHandle;
  /** The beginning of every status. */
  readonly version: string;
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
  [/^own-certificate$/, /^The certificate is the integrator's own: use one of your own$/],
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
): Promise<void> {
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
    checkRuns(state, runs.slice(before));
    await checkOthers(state, settled);
  }
  const before = runs.length;
  state.model.updateStatus(APPLICATION);
  await state.model.settle();
  checkQuiet(runs.slice(before));
  checkRuns(state, runs.slice(before));
  await checkOthers(state, settled);
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
  await model.deploy(charm, { name: APPLICATION, trust: true, config: { projects: "db,web" } });
  const strange = addRequirer(model, STRANGE);
  const decent = addRequirer(model, DECENT);
  decent.write(`${DECENT}/0`, {
    client_certificates: JSON.stringify([material.decent.certificate]),
    projects: '["web"]',
  });
  await model.settle();
  begun.move();
  return { ...deployment, server, strange, decent, version };
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

type Others = Awaited<ReturnType<typeof readOthers>>;

/** Reads the databags of the correct requirer, and all entries except the other requirer's. */
async function readOthers(state: FuzzState) {
  const { decent, lxd } = state;
  const others = (await lxd.trustStore()).filter((entry) => !isStrange(state, entry));
  return { databags: [decent.read(UNIT), decent.readApp(APPLICATION)], others };
}

async function checkOthers(state: FuzzState, settled: Others): Promise<void> {
  const { lxd, strange } = state;
  assert.deepEqual(await readOthers(state), settled, "other requirers are not affected");
  const entries = (await lxd.trustStore()).filter((entry) => isStrange(state, entry));
  checkPublished(strange.read(UNIT), entries);
  // The leader answers an application only while the application asks.
  const answer = strange.readApp(APPLICATION);
  if (Object.keys(answer).length > 0) checkPublished(answer, entries);
}

/** A shared entry counts, too: the unit and its application may want the same certificate. */
function isStrange({ prefix, strange }: FuzzState, { name }: TrustEntry): boolean {
  return [`${strange.id}:`, "shared"].some((owner) => name.startsWith(`${prefix}${owner}`));
}

/** Checks that the published data is JSON, agrees with the trust store, and holds no key. */
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
  for (const { code, fingerprint, reason, unit, ...rest } of rejected) {
    assert.deepEqual(rest, {});
    assert.ok([STRANGE, `${STRANGE}/0`].includes(unit), unit);
    assert.match(fingerprint ?? "0".repeat(64), /^[0-9a-f]{64}$/);
    const isRight = ([codes, reasons]: typeof REASONS[number]) =>
      codes.test(code) && reasons.test(reason);
    assert.ok(REASONS.some(isRight), `${code}: ${reason}`);
  }
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
  assert.doesNotMatch(JSON.stringify(databag), /PRIVATE KEY/);
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
