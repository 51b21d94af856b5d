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
import type { HookRun } from "../juju/model.ts";
import type { TrustEntry } from "../lxd/world.ts";
import { APPLICATION } from "../harness/charm.ts";
import { allowedOf, databags, type HistoryWorld, isOurs } from "./history_world.ts";
import { accessOf, type Claim, isNoWider, judge } from "./judge.ts";
import { INJECTED } from "./perform.ts";
import { renderAll } from "./pool.ts";

/** Watches a world. */
export interface Watch {
  /** Looks at the world after something other than a hook happened. */
  readonly look: () => Promise<void>;
  /** Looks at the world after a hook, and throws where something is not as it must be. */
  readonly check: (run: HookRun) => void | Promise<void>;
}

const PEM_REGEXP = /-----BEGIN|\bMI[A-Z][A-Za-z0-9+/]{40}/;
const EVERYTHING = [
  "config-changed",
  "leader-elected",
  "replicas-relation-changed",
  "update-status",
];

/** Begins to watch. */
export async function watch(world: HistoryWorld): Promise<Watch> {
  let store = await readStore(world);
  /** What is held, by relation, requirer and certificate. */
  let held = new Map<string, Claim>();

  const claims = (): ReadonlyMap<string, Claim> => {
    const foreign = foreignOf(world, store);
    const law = { pool: world.stage.pool, allowed: allowedOf(world), foreign };
    return new Map(judge(databags(world), law).claims.map((claim) => [keyOf(claim), claim]));
  };
  const isServed = ({ fingerprint, access }: Claim): boolean => {
    const entry = store.get(fingerprint);
    return entry?.type === "client" && isNoWider(access, accessOf(entry));
  };
  const isServedAs = ({ fingerprint, name, relation }: Claim): boolean => {
    const entry = store.get(fingerprint);
    if (!entry || !isOurs(world, entry)) return entry !== undefined;
    return [":shared", `:${relation}:${name.replace("/", "-")}`]
      .some((mark) => entry.name.endsWith(`${mark}:${fingerprint.slice(0, 12)}`));
  };
  const prune = (): void => {
    const now = claims();
    held = new Map(
      [...held].filter(([key, claim]) =>
        JSON.stringify(now.get(key)?.access) === JSON.stringify(claim.access) && isServed(claim)
      ),
    );
  };

  return {
    look: async () => {
      store = await readStore(world);
      prune();
    },
    check: async (run) => {
      checkEnding(world, run);
      const before = store;
      store = await readStore(world);
      assert.deepEqual(
        [...foreignOf(world, store).values()],
        [...foreignOf(world, before).values()],
        `${show(run)} must leave what others trust as it was`,
      );
      for (const { name, projects, restricted } of store.values()) {
        assert.ok(restricted || projects.length === 0, `${name} has projects, but no restriction`);
      }
      for (const claim of held.values()) {
        assert.ok(isServed(claim), `${show(run)} took away what is held: ${keyOf(claim)}`);
      }
      checkTold(world, run, store);
      checkBound(world, run, store);
      const read = readBy(world, run);
      for (const [key, claim] of claims()) {
        const isRead = read.has(`${claim.relation} ${claim.name}`);
        if (isRead && isServed(claim) && isServedAs(claim)) held.set(key, claim);
      }
    },
  };
}

/** Reads LXD's trust store, by fingerprint. */
export async function readStore(
  { stage: { lxd, standIn } }: HistoryWorld,
): Promise<ReadonlyMap<string, TrustEntry>> {
  // While a real LXD is down nobody can look, and nothing can change.
  const isOpen = standIn !== undefined || lxd.members[0]?.running;
  const entries = isOpen ? await lxd.trustStore() : undefined;
  return entries ? new Map(entries.map((entry) => [entry.fingerprint, entry])) : new Map();
}

/** Gives the entries that are not the charm's. */
export function foreignOf(
  world: HistoryWorld,
  store: ReadonlyMap<string, TrustEntry>,
): ReadonlyMap<string, TrustEntry> {
  return new Map([...store].filter(([, entry]) => !isOurs(world, entry)));
}

/** No hook fails by itself, and none shows a key or a certificate. */
function checkEnding(world: HistoryWorld, run: HookRun): void {
  const { error, outcome, statusAfter, stderr, stdout } = run;
  if (outcome === "failed") {
    const isInjected = world.isFaulty &&
      (stderr.includes(INJECTED.trim()) || error.includes("is not leader of"));
    assert.ok(isInjected, `${show(run)} failed: ${error}\n${stderr}`);
  }
  const logged = world.model.log.slice(-20).map(({ message }) => message);
  for (const text of [stdout, stderr, statusAfter.message, ...logged]) {
    assert.doesNotMatch(text, PEM_REGEXP, show(run));
  }
}

/** Where a hook told a relation something, LXD trusts what it told of. */
function checkTold(
  { model, relations }: HistoryWorld,
  run: HookRun,
  store: ReadonlyMap<string, TrustEntry>,
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
  world: HistoryWorld,
  run: HookRun,
  store: ReadonlyMap<string, TrustEntry>,
): void {
  const isLooking = run.outcome === "done" && EVERYTHING.includes(run.hook) && leads(run);
  if (!isLooking || run.statusAfter.status !== "active" || world.leaving.has(run.unit)) return;
  for (const entry of store.values()) {
    if (!isOurs(world, entry)) continue;
    const isBound = isNoWider(accessOf(entry), allowedOf(world));
    assert.ok(isBound, `${show(run)} left ${entry.name} more than the operator allows`);
  }
}

/** The databags that a hook of the leader read as they are, by relation and name. */
function readBy({ stage: { pool }, written }: HistoryWorld, run: HookRun): ReadonlySet<string> {
  const read = new Set<string>();
  // What a hook did that was killed, nobody was told of.
  if (!leads(run) || run.outcome !== "done") return read;
  for (const { args, exitCode, stdout, tool } of run.tools) {
    const [relation, name] = [args[args.indexOf("-r") + 1] ?? "", args.at(-1) ?? ""];
    const databag = written.get(`${relation} ${name}`);
    if (tool !== "relation-get" || exitCode !== 0 || !databag) continue;
    const { client_certificates: certificates, certificate } = JSON.parse(stdout);
    const isHttps = certificates === undefined;
    const found = isHttps ? certificate ?? "" : certificates;
    if (found !== renderAll(pool, databag.items, isHttps)) continue;
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
