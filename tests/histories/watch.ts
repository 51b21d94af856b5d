/**
 * Checks the promises after every hook, also while other hooks are pending.
 *
 * Juju shows a unit each requirer's databag as of the unit's last event about that requirer, and
 * LXD may be down during a hook. So the charm cannot keep a certificate for a requirer that no
 * leader has served. For example, two units want the same certificate, the leader has served only
 * the first one, and the first one drops the certificate. Therefore a requirer holds a certificate
 * only after a hook of a leader that read the requirer's current databag, and only if LXD then
 * trusts the certificate under that requirer's name, as shared, or as foreign. The requirer holds
 * the certificate until the requirer drops or may no longer have it, or until an outsider removes
 * it. Meanwhile no hook may take away any of its access.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fingerprintOf } from "../certificates.ts";
import type { HookRun } from "../juju/mod.ts";
import { APPLICATION } from "../harness/charm.ts";
import { allowedOf, databags, type HistoryState, isOurs, isShared } from "./history_state.ts";
import {
  type Access,
  accessOf,
  applicationOf,
  type Claim,
  commonOf,
  expectedOf,
  isNamedFor,
  isNoWider,
  union,
} from "./expected.ts";
import { HOSTILE } from "./history.ts";
import type { TrustEntry } from "../lxd/world.ts";
import { INJECTED } from "./perform.ts";
import { renderAll } from "./certificates.ts";
import { checkTrusted } from "./states.ts";
import { foreignOf, readStore, type Store } from "./trust_store.ts";

/** Watches a history. */
export interface Watch {
  /** Reads the trust store after an event that is not a hook. */
  readonly look: () => Promise<void>;
  /** Checks the promises after a hook. */
  readonly check: (run: HookRun) => Promise<void>;
  /** Notes that all units know all databags. */
  readonly settled: () => void;
}

/** The trust store before and after a hook. */
interface Change {
  readonly before: Store;
  readonly after: Store;
}

const PEM_REGEXP = /-----BEGIN|\bMI[A-Z][A-Za-z0-9+/]{40}/;
const EVERYTHING = [
  "config-changed",
  "leader-elected",
  "replicas-relation-changed",
  "update-status",
];

/** Starts to watch a history. */
export async function watch(state: HistoryState): Promise<Watch> {
  let store = await readStore(state);
  /** The held claims, by relation, requirer and certificate. */
  let held = new Map<string, Claim>();
  /** The claims that every unit knows. */
  let known: ReadonlyMap<string, Claim> = new Map();
  /** All claims since the last settling: a unit may act on any of them. */
  let asked: Claim[] = [];
  return {
    settled: () => {
      state.touched.clear();
      known = claimsOf(state, store);
      asked = [...known.values()];
      forgetTainted(state, store, asked);
    },
    look: async () => {
      store = await readStore(state);
      const now = claimsOf(state, store);
      asked.push(...now.values());
      held = new Map(
        [...held].filter(([key, claim]) =>
          JSON.stringify(now.get(key)?.access) === JSON.stringify(claim.access) &&
          isServed(store, claim)
        ),
      );
    },
    check: async (run) => {
      checkEnding(state, run);
      const before = store;
      store = await readStore(state);
      checkForeign(state, run, { before, after: store });
      for (const claim of held.values()) {
        assert.ok(isServed(store, claim), `${show(run)} took away held access: ${keyOf(claim)}`);
      }
      checkWidened(state, run, { held, before, after: store });
      for (const claim of held.values()) checkName(run, claim, { before, after: store, asked });
      checkContested(state, run, { known, asked, before, after: store });
      checkTold(state, run, store);
      checkBound(state, run, store);
      noteTainted(state, store, asked);
      const read = readBy(state, run);
      for (const [key, claim] of claimsOf(state, store)) {
        const isRead = read.has(`${claim.relation} ${claim.name}`);
        if (isRead && isServed(store, claim) && isServedAs(state, store, claim)) {
          held.set(key, claim);
        }
      }
    },
  };
}

/**
 * Checks that an entry which names a holder's application keeps that name, or is shared with
 * requirers that ask for no more than it has.
 */
function checkName(
  run: HookRun,
  claim: Claim,
  { before, after, asked }: Change & { readonly asked: readonly Claim[] },
): void {
  const { fingerprint } = claim;
  const [old, now] = [before.get(fingerprint), after.get(fingerprint)];
  if (!old || !now || old.name === now.name || !isNamedFor(old, claim)) return;
  if (isNamedFor(now, claim)) return;
  const rivals = asked.filter((one) => one.fingerprint === fingerprint);
  const isOwn = (one: Claim) => applicationOf(one) === applicationOf(claim);
  const own = union([accessOf(old), ...rivals.filter(isOwn).map(({ access }) => access)]);
  const isSharing = rivals.some((one) =>
    `${one.relation} ${one.name}` !== `${claim.relation} ${claim.name}` &&
    (isOwn(one) || isNoWider(one.access, own))
  );
  assert.ok(isSharing, `${show(run)} renamed ${old.name} to ${now.name}`);
}

/**
 * Checks that a shared entry stays as it is while an application asks for more, beside another one.
 * Only claims that are known to all units count.
 */
function checkContested(
  state: HistoryState,
  run: HookRun,
  { known, asked, before, after }: Change & {
    readonly known: ReadonlyMap<string, Claim>;
    readonly asked: readonly Claim[];
  },
): void {
  const now = claimsOf(state, after);
  const firm = [...known].filter(([key, claim]) =>
    !state.touched.has(claim.relation) &&
    JSON.stringify(now.get(key)?.access) === JSON.stringify(claim.access)
  ).map(([, claim]) => claim);
  for (const entry of before.values()) {
    if (!isShared(state, entry)) continue;
    const claims = firm.filter(({ fingerprint }) => fingerprint === entry.fingerprint);
    const applications = new Set(claims.map(applicationOf));
    const isContested = claims.some(({ access }) => !isNoWider(access, accessOf(entry)));
    if (!isContested || applications.size === 1) continue;
    const theirs = asked.filter((claim) =>
      claim.fingerprint === entry.fingerprint && applications.has(applicationOf(claim))
    );
    const isKept = isUnchanged(entry, after.get(entry.fingerprint), commonOf(theirs));
    assert.ok(isKept, `${show(run)} changed the contested entry ${entry.name}`);
  }
}

/** Returns whether a contested entry stays, and gets no more than what all its applications ask for. */
export function isUnchanged(
  before: TrustEntry,
  after: TrustEntry | undefined,
  common: Access,
): boolean {
  return after?.name === before.name && isNoWider(accessOf(before), accessOf(after)) &&
    isNoWider(accessOf(after), union([accessOf(before), common]));
}

/** Checks that no hook gives the certificate of a holder more access than its application asks for. */
function checkWidened(
  state: HistoryState,
  run: HookRun,
  { held, before, after }: Change & { readonly held: ReadonlyMap<string, Claim> },
): void {
  const claims = [...claimsOf(state, after).values()];
  for (const { fingerprint, name } of held.values()) {
    const [old, now] = [before.get(fingerprint), after.get(fingerprint)];
    if (!old || !now) continue;
    const application = applicationOf({ name });
    const own = claims.filter((claim) =>
      claim.fingerprint === fingerprint && applicationOf(claim) === application
    );
    const allowed = union([accessOf(old), ...own.map(({ access }) => access)]);
    assert.ok(isNoWider(accessOf(now), allowed), `${show(run)} widened ${now.name} of ${name}`);
  }
}

/** Notes the certificates whose entry is the hostile application's, or may be shared with it. */
function noteTainted(state: HistoryState, store: Store, asked: readonly Claim[]): void {
  for (const entry of store.values()) {
    const { fingerprint } = entry;
    const isAsked = asked.some((claim) =>
      claim.fingerprint === fingerprint && applicationOf(claim) === HOSTILE
    );
    const isIts = isOurs(state, entry) && isNamedFor(entry, { name: HOSTILE });
    if (isIts || isAsked && isShared(state, entry)) state.tainted.add(fingerprint);
  }
}

/** Forgets the certificates that the hostile application has nothing to do with any longer. */
function forgetTainted(state: HistoryState, store: Store, claims: readonly Claim[]): void {
  state.tainted.clear();
  noteTainted(state, store, claims);
}

/** Returns the claims of all requirers now, by relation, requirer and certificate. */
function claimsOf(state: HistoryState, store: Store): ReadonlyMap<string, Claim> {
  const { certificates } = state.server;
  const rules = { certificates, allowed: allowedOf(state), foreign: foreignOf(state, store) };
  const { claims } = expectedOf(databags(state), rules);
  return new Map(claims.map((claim) => [keyOf(claim), claim]));
}

/** Returns whether LXD gives a certificate all the access of a claim. */
function isServed(store: Store, { fingerprint, access }: Claim): boolean {
  const entry = store.get(fingerprint);
  return entry?.type === "client" && isNoWider(access, accessOf(entry));
}

/** Returns whether the entry of a claim has the requirer's name, is shared, or is foreign. */
function isServedAs(
  state: HistoryState,
  store: Store,
  { fingerprint, name, relation }: Claim,
): boolean {
  const entry = store.get(fingerprint);
  if (!entry || !isOurs(state, entry)) return entry !== undefined;
  return [":shared", `:${relation}:${name.replace("/", "-")}`]
    .some((mark) => entry.name.endsWith(`${mark}:${fingerprint.slice(0, 12)}`));
}

/** Checks that the hook changed no foreign entry, and that no entry has projects unrestricted. */
function checkForeign(
  state: HistoryState,
  run: HookRun,
  { before, after }: Change,
): void {
  assert.deepEqual(
    [...foreignOf(state, after).values()],
    [...foreignOf(state, before).values()],
    `${show(run)} changed a foreign entry`,
  );
  for (const { name, projects, restricted } of after.values()) {
    assert.ok(restricted || projects.length === 0, `${name} has projects, but no restriction`);
  }
}

/** Checks that only injected faults fail hooks, and that no hook shows a key or a certificate. */
function checkEnding(state: HistoryState, run: HookRun): void {
  const { error, outcome, statusAfter, stderr, stdout } = run;
  if (outcome === "failed") {
    const isInjected = state.isFaulty &&
      (stderr.includes(INJECTED.trim()) || error.includes("is not leader of"));
    assert.ok(isInjected, `${show(run)} failed: ${error}\n${stderr}`);
  }
  const logged = state.model.log.slice(-20).map(({ message }) => message);
  for (const text of [stdout, stderr, statusAfter.message, ...logged]) {
    assert.doesNotMatch(text, PEM_REGEXP, show(run));
  }
}

/** Checks that LXD trusts every certificate that the hook published. */
function checkTold(
  { model, relations }: HistoryState,
  run: HookRun,
  store: Store,
): void {
  if (run.outcome !== "done") return;
  const { application: toApplication, relation: told } = writtenBy(run);
  for (const { handle, application } of relations) {
    if (!told.has(handle.id) || !handle.units().includes(run.unit)) continue;
    const own = handle.read(run.unit);
    const isMentioned = application !== HOSTILE &&
      (own["rejected_certificates"] ?? "").includes(HOSTILE);
    assert.ok(!isMentioned, `${show(run)} told ${application} of the hostile application`);
    for (const fingerprint of toldIn(own)) {
      assert.ok(
        store.has(fingerprint),
        `${show(run)} published ${fingerprint}, which is not trusted`,
      );
    }
    checkTrusted(own, store, show(run));
    if (!toApplication.has(handle.id) || model.leader(APPLICATION) !== run.unit) continue;
    const ofApplication = handle.readApp(APPLICATION);
    // The leader empties this databag when the requirer's application no longer asks.
    if (Object.keys(ofApplication).length === 0) continue;
    assert.deepEqual(toldIn(ofApplication), toldIn(own), show(run));
  }
}

/** Checks the operator's limit after each hook in which a leader reads everything. */
function checkBound(
  state: HistoryState,
  run: HookRun,
  store: Store,
): void {
  const isLooking = run.outcome === "done" && EVERYTHING.includes(run.hook) && leads(run);
  if (!isLooking || run.statusAfter.status !== "active" || state.leaving.has(run.unit)) return;
  for (const entry of store.values()) {
    if (!isOurs(state, entry)) continue;
    const isBound = isNoWider(accessOf(entry), allowedOf(state));
    assert.ok(isBound, `${show(run)} left ${entry.name} more access than the operator allows`);
  }
}

/** Returns the current databags that a hook of the leader read, by relation and name. */
function readBy(
  { server: { certificates }, written }: HistoryState,
  run: HookRun,
): ReadonlySet<string> {
  const read = new Set<string>();
  // A killed hook publishes nothing.
  if (!leads(run) || run.outcome !== "done") return read;
  for (const { args, exitCode, stdout, tool } of run.tools) {
    const [relation, name] = [args[args.indexOf("-r") + 1] ?? "", args.at(-1) ?? ""];
    const databag = written.get(`${relation} ${name}`);
    if (tool !== "relation-get" || exitCode !== 0 || !databag) continue;
    const { client_certificates: list, certificate } = JSON.parse(stdout);
    const isHttps = list === undefined;
    const found = isHttps ? certificate ?? "" : list;
    if (found !== renderAll(certificates, databag.items, isHttps ? "lxd-https" : "lxd")) continue;
    read.add(`${relation} ${name}`);
  }
  return read;
}

function writtenBy(
  { tools }: HookRun,
): { readonly relation: ReadonlySet<string>; readonly application: ReadonlySet<string> } {
  // An error stands beside what earlier hooks published.
  const sets = tools.filter(({ exitCode, tool, stdin }) =>
    tool === "relation-set" && exitCode === 0 &&
    Object.keys(JSON.parse(stdin ?? "{}")).join() !== "provider_error"
  );
  const idOf = (args: readonly string[]): string => args[args.indexOf("-r") + 1] ?? "";
  return {
    relation: new Set(sets.map(({ args }) => idOf(args))),
    application: new Set(
      sets.filter(({ args }) => args.includes("--app")).map(({ args }) => idOf(args)),
    ),
  };
}

/** Returns the fingerprints that a databag publishes. */
export function toldIn(databag: Readonly<Record<string, string>>): readonly string[] {
  const { nodes, registered_certificates: registered = "[]" } = databag;
  if (nodes !== undefined) {
    const [node]: { trusted_certs_fp: string[] }[] = JSON.parse(nodes);
    return node?.trusted_certs_fp ?? [];
  }
  return JSON.parse(registered).map(fingerprintOf).toSorted();
}

function leads({ tools }: HookRun): boolean {
  return tools.some(({ stdout, tool }) => tool === "is-leader" && stdout.trim() === "true");
}

function keyOf({ relation, name, fingerprint }: Claim): string {
  return `relation ${relation}, ${name}, ${fingerprint}`;
}

function show({ hook, relation, remoteUnit, unit }: HookRun): string {
  return [unit, hook, relation, remoteUnit].filter((part) => part !== undefined).join(" ");
}
