/**
 * What must hold after every hook, also before all has come to rest.
 *
 * Juju shows a unit each requirer's databag as it was at the unit's own last event about it, and LXD
 * may be away while a unit looks. So nobody can promise to keep trusted what no leader has acted on
 * yet: two units may want the same certificate, of which the leader has served the one only, and
 * that one drops it. Therefore a certificate counts as held, for a requirer, from the hook on in
 * which a leader read that requirer's databag as it is, and after which LXD trusts the certificate
 * under that requirer's name, as a shared one, or as someone else's. It is held until the requirer
 * no longer wants it or may no longer have it, or an outsider takes it away. As long as it is held,
 * no hook may take any of its access away.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fingerprintOf } from "../certificates.ts";
import type { HookRun } from "../juju/mod.ts";
import { APPLICATION } from "../harness/charm.ts";
import { allowedOf, databags, type HistoryState, isOurs } from "./history_state.ts";
import { accessOf, type Claim, expectedOf, isNoWider } from "./expected.ts";
import { INJECTED } from "./perform.ts";
import { renderAll } from "./certificates.ts";
import { foreignOf, readStore, type Store } from "./trust_store.ts";

/** Watches a history. */
export interface Watch {
  /** Reads the trust store after something other than a hook happened. */
  readonly look: () => Promise<void>;
  /** Checks what must hold after a hook. */
  readonly check: (run: HookRun) => Promise<void>;
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
  return {
    look: async () => {
      store = await readStore(state);
      const now = claimsOf(state, store);
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
        assert.ok(isServed(store, claim), `${show(run)} took away what is held: ${keyOf(claim)}`);
      }
      checkTold(state, run, store);
      checkBound(state, run, store);
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

/** Gives what requirers may register now, by relation, requirer and certificate. */
function claimsOf(state: HistoryState, store: Store): ReadonlyMap<string, Claim> {
  const { certificates } = state.server;
  const rules = { certificates, allowed: allowedOf(state), foreign: foreignOf(state, store) };
  const { claims } = expectedOf(databags(state), rules);
  return new Map(claims.map((claim) => [keyOf(claim), claim]));
}

/** Whether LXD gives a certificate all the access that a requirer may have. */
function isServed(store: Store, { fingerprint, access }: Claim): boolean {
  const entry = store.get(fingerprint);
  return entry?.type === "client" && isNoWider(access, accessOf(entry));
}

/** Whether an entry bears the requirer's name, is shared, or is foreign. */
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

/** No hook changes a foreign entry, or leaves projects without a restriction. */
function checkForeign(
  state: HistoryState,
  run: HookRun,
  { before, after }: { readonly before: Store; readonly after: Store },
): void {
  assert.deepEqual(
    [...foreignOf(state, after).values()],
    [...foreignOf(state, before).values()],
    `${show(run)} must leave what others trust as it was`,
  );
  for (const { name, projects, restricted } of after.values()) {
    assert.ok(restricted || projects.length === 0, `${name} has projects, but no restriction`);
  }
}

/** No hook fails by itself, and none shows a key or a certificate. */
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

/** LXD trusts every certificate that a hook publishes. */
function checkTold(
  { model, relations }: HistoryState,
  run: HookRun,
  store: Store,
): void {
  if (run.outcome !== "done") return;
  const { application: applicationOf, relation: told } = writtenBy(run);
  for (const { handle } of relations) {
    if (!told.has(handle.id) || !handle.units().includes(run.unit)) continue;
    const own = handle.read(run.unit);
    for (const fingerprint of toldIn(own)) {
      assert.ok(
        store.has(fingerprint),
        `${show(run)} told of ${fingerprint}, which is not trusted`,
      );
    }
    if (!applicationOf.has(handle.id) || model.leader(APPLICATION) !== run.unit) continue;
    const ofApplication = handle.readApp(APPLICATION);
    // It is emptied where the requirer's application no longer asks.
    if (Object.keys(ofApplication).length === 0) continue;
    assert.deepEqual(toldIn(ofApplication), toldIn(own), show(run));
  }
}

/** What the operator allows holds from the leader's next look at everything on. */
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
    assert.ok(isBound, `${show(run)} left ${entry.name} more than the operator allows`);
  }
}

/** The databags that a hook of the leader read as they are, by relation and name. */
function readBy(
  { server: { certificates }, written }: HistoryState,
  run: HookRun,
): ReadonlySet<string> {
  const read = new Set<string>();
  // A killed hook has published nothing.
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
  const sets = tools.filter(({ exitCode, tool }) => tool === "relation-set" && exitCode === 0);
  const idOf = (args: readonly string[]): string => args[args.indexOf("-r") + 1] ?? "";
  return {
    relation: new Set(sets.map(({ args }) => idOf(args))),
    application: new Set(
      sets.filter(({ args }) => args.includes("--app")).map(({ args }) => idOf(args)),
    ),
  };
}

/** Gives the fingerprints that a databag tells of. */
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
