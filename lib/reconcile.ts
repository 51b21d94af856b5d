/**
 * Runs in every hook: brings LXD's trust store and the relations to their desired state.
 *
 * @module
 */
import type { Clock } from "./async/clock.ts";
import type { CredentialFailure } from "./credential/credentials.ts";
import { tokenProblem } from "./credential/own.ts";
import type { Credentials } from "./credential/parts.ts";
import type { Context, UnitContext } from "./juju/context.ts";
import type { HookEvent } from "./juju/event.ts";
import { knownEndpoints, type Observation, observe } from "./juju/observe.ts";
import { publishAll, type PublishedRelation } from "./juju/publish.ts";
import { type Configuration, readCredentials } from "./juju/read_credentials.ts";
import { type KnownWants, readWants } from "./juju/read_wants.ts";
import { countRejections, logRejections } from "./juju/rejections.ts";
import { noteLeader } from "./juju/replicas.ts";
import { tellError } from "./juju/tell_error.ts";
import { askLeader, type Leadership } from "./leadership.ts";
import { type Applied, apply, type Target } from "./lxd/apply.ts";
import { applyChanges, isEnd } from "./lxd/apply_changes.ts";
import { keepOwn, leaveLxd } from "./keep_own.ts";
import { type Ground, serveCollectors } from "./serve_collectors.ts";
import type { Lxd } from "./lxd/client.ts";
import type { Entry, Terms } from "./lxd/enter.ts";
import { LAST_STEPS_LIMIT_MS, STEPS_LIMIT_MS } from "./lxd/time_limits.ts";
import { type Active, type Attempt, errorOf, type Outcome, outcomeOf } from "./outcome.ts";
import type { Topology } from "./relation/cos_agent.ts";
import type { Rules } from "./trust/admit.ts";
import { claim, markOriginals } from "./trust/adopt.ts";
import { type Change, ownChange } from "./trust/change.ts";
import {
  DEFAULT_WARNING_DAYS,
  findExpiring,
  MAXIMUM_WARNING_DAYS,
  type Soon,
  soonFrom,
  warningDays,
} from "./trust/expiry.ts";
import type { Mark } from "./trust/owner.ts";
import { plan } from "./trust/plan.ts";
import { describeMissing, missingFrom, parseNames, type Projects } from "./trust/projects.ts";
import type { Facts } from "./trust/publication.ts";
import { phasesOf } from "./trust/phases.ts";
import { holdBack, revokeExcess } from "./trust/revocations.ts";
import type { Step } from "./trust/step.ts";
import { countOurs, type TrustStore, without } from "./trust/trust_store.ts";
import type { Want } from "./trust/want.ts";

/** The unit that runs the hook, with all that it deals with. */
export interface Hook extends Context {
  /**
   * Enters LXD by the credential's endpoints, or else by a known member.
   */
  readonly enter: (credentials: Credentials, terms: Terms) => Promise<Entry>;
  /** The mark of our entries. */
  readonly mark: Mark;
  /** Current time. */
  readonly now: Date;
  /** Measures the time limits. */
  readonly clock: Pick<Clock, "now">;
  /** Receives each change of LXD's trust store. */
  readonly report: (change: Change) => void;
  /** Reads where this unit is in Juju. */
  readonly topology: () => Topology;
}

/** The result of a reconciliation. */
export interface Reconciled {
  /** How it ended; undefined if this unit had nothing to do. */
  readonly outcome: Outcome | undefined;
  /** Whether this unit leads the application. */
  readonly isLeader: boolean;
  /** Whether the trust store, or a publication, was changed. */
  readonly hasChanged: boolean;
}

/** LXD's projects; no value if LXD does not show all of them. */
type Listed = Extract<Awaited<ReturnType<Lxd["projects"]>>, { readonly kind: "done" }>;

type Access = Usable | CredentialFailure;

interface Usable {
  readonly kind: "complete";
  readonly credentials: Credentials;
  readonly allowed: Projects;
}

/** What a hook reads before it asks LXD. */
interface Observed {
  readonly event: HookEvent;
  readonly configuration: Configuration;
  readonly seen: Observation;
  readonly leadership: Leadership;
}

interface Entered {
  readonly kind: "entered";
  readonly entry: Extract<Entry, { readonly kind: "entered" }>;
  readonly lxd: Lxd;
  readonly trustStore: TrustStore;
  /** LXD's projects, if the option or a want names some. */
  readonly projects: Listed | undefined;
  /** The data about LXD that the charm publishes. */
  readonly cluster: Pick<Facts, "nodes" | "isClustered" | "addresses">;
  /** The data about LXD for the status. */
  readonly active: Pick<Active, "kind" | "version" | "nodes" | "isUpgrading">;
  /** The failure for the status. */
  readonly attempt: Attempt;
}

/** How far the work came. */
interface Served {
  readonly outcome: Outcome;
  readonly hasChanged?: boolean;
  /** The relations after their publication. @default {nothing was published} */
  readonly publications?: readonly PublishedRelation[];
  /** How LXD was entered, with its trust store. @default {it was not tried, or not read} */
  readonly visit?: Visit;
}

/** An attempt to enter LXD, and the trust store as it was listed then. */
interface Visit {
  readonly entry: Entry;
  readonly trustStore?: TrustStore;
  /** What collectors are served with. @default {LXD cannot be used} */
  readonly ground?: Omit<Ground, "target"> & { readonly lxd: Lxd };
}

const UNCONCERNED: Reconciled = { outcome: undefined, isLeader: false, hasChanged: false };

const DAYS = `it must be 0 to ${MAXIMUM_WARNING_DAYS}`;
const NAMES = "it must be names of LXD projects with commas between them";

/**
 * Makes LXD's trust store and the relations what they should be, as far as an event is concerned.
 * Additions come first, then publications, then revocations, so that an interrupted hook loses
 * nothing. Only what takes access away from a client comes before all.
 *
 * @throws {HookToolError} If a hook tool fails that is about more than one relation or the secret.
 */
export async function reconcile(hook: Hook, event: HookEvent): Promise<Reconciled> {
  if (event.kind === "leaving") return UNCONCERNED;
  const { juju, now, clock } = hook;
  // Juju promises leadership for some time after this question, so all else is read before.
  const [configuration, seen] = await Promise.all([
    readCredentials(juju, now),
    observe(hook, event),
  ]);
  const leadership = await askLeader(juju, clock);
  const observed = { event, configuration, seen, leadership };
  const isConcerned = seen.relations.length > 0 || seen.revocable.kind !== "none" ||
    event.kind === "collector" && leadership.isLeader();
  const served = isConcerned ? await serve(hook, observed) : undefined;
  if (served) {
    const { outcome, publications = seen.relations } = served;
    await tellError(unitOf(hook, observed), publications, errorOf(outcome));
  }
  const collected = await collect(hook, observed, served);
  const kept = served && await keep(hook, observed, served);
  if (leadership.isLeader() && event.kind === "everything") await noteLeader(hook, event);
  const { outcome, hasChanged = false } = served ?? UNCONCERNED;
  const problem = kept?.problem ?? collected.problem ?? optionProblem(configuration);
  return {
    // Requirers are served all the same.
    outcome: outcome?.kind === "active" && problem ? problem : outcome,
    hasChanged: hasChanged || collected.hasChanged || kept?.hasChanged === true,
    isLeader: leadership.isLeader(),
  };
}

/** What is wrong with an option that does not keep the charm from serving. */
function optionProblem({ config }: Configuration): Outcome | undefined {
  return warningDays(config["expiry-warning-days"]) === undefined
    ? { kind: "unreadable", name: "expiry-warning-days", reason: DAYS }
    : undefined;
}

/**
 * Serves collectors of logs and metrics, once requirers are served.
 *
 * @returns What the operator should know beside an active outcome.
 */
async function collect(
  hook: Hook,
  observed: Observed,
  served: Served | undefined,
): Promise<{ readonly hasChanged: boolean; readonly problem?: Outcome | undefined }> {
  const { event, seen } = observed;
  const { isLeader, mayChange } = unitOf(hook, observed);
  const { entry, ground } = served?.visit ?? {};
  // A server that has just failed is not asked again in this hook.
  const isUsable = mayChange && served?.outcome.kind !== "unreachable";
  const { hasChanged, failure } = await serveCollectors(hook, {
    event,
    seen,
    isLeader,
    ground: isUsable && ground
      ? { ...ground, target: targetOf(hook, observed, ground.lxd) }
      : undefined,
  });
  if (!failure || entry?.kind !== "entered") return { hasChanged };
  const attempt = attemptOf({ ...entry, endpoint: entry.lxd.endpoint }, hook.now);
  return { hasChanged, problem: outcomeOf(failure, attempt) };
}

/**
 * Keeps the charm's own credential, once everything else is done.
 *
 * @returns What the operator should know beside an active outcome.
 */
async function keep(
  hook: Hook,
  { event, configuration: { own }, seen, leadership }: Observed,
  { outcome, visit }: Served,
): Promise<{ readonly hasChanged: boolean; readonly problem?: Outcome | undefined }> {
  if (!own) return { hasChanged: false };
  const { now } = hook;
  const { entry, trustStore } = visit ?? {};
  const refusal = entry?.kind === "entered" ? entry.refusal : undefined;
  const problem = tokenProblem(own) ??
    (refusal && outcomeOf(refusal.failure, attemptOf(refusal, now)));
  if (seen.isLast) {
    const isOver = event.kind === "stop" && outcome.kind === "active" && entry?.kind === "entered";
    if (isOver && entry.credentials.isOwn) await leaveLxd(hook, { own, entry, trustStore });
    return { hasChanged: false };
  }
  if (event.kind !== "everything" || !leadership.isLeader()) return { hasChanged: false, problem };
  const { isSettled } = event;
  const { hasChanged, failure } = await keepOwn(hook, {
    own,
    entry,
    trustStore,
    isSettled,
    leadership,
  });
  if (!failure || entry?.kind !== "entered") return { hasChanged, problem };
  const attempt = attemptOf({ ...entry, endpoint: entry.lxd.endpoint }, now);
  return { hasChanged, problem: outcomeOf(failure, attempt) };
}

/** An attempt by credentials, at an address. */
function attemptOf(
  { endpoint, credentials }: { readonly endpoint: string; readonly credentials: Credentials },
  now: Date,
): Attempt {
  return { ...credentials, endpoint, now };
}

async function serve(hook: Hook, observed: Observed): Promise<Served> {
  const { juju, mark, now } = hook;
  const { configuration, seen } = observed;
  // Credentials.
  const access = accessOf(configuration, seen);
  if (access.kind !== "complete") return { outcome: access };
  const { allowed } = access;
  // Enter.
  const { entered, ...more } = await enter(hook, access, observed);
  if (entered.kind !== "entered") return { ...more, outcome: entered };
  const { lxd, trustStore: listed, entry: { credentials: { ourFingerprint, server } } } = entered;
  // Read wants. A unit that may not change the trust store publishes all the same.
  const originals = { relations: seen.relations, mark, ourFingerprint };
  const trustStore = markOriginals(listed, originals);
  const rules = { trustStore, mark, ourFingerprint, allowed, now };
  const known = await readAdmissible(unitOf(hook, observed), seen, { rules, entered });
  if ("kind" in known) return { ...more, outcome: known };
  // Plan.
  const planned = plan({ ...known, ...rules, revocable: seen.revocable });
  const steps = [...planned, ...claimsOf(known, seen, rules)];
  const phases = phasesOf(steps, rules);
  const { excess, revocations } = phases;
  // Apply.
  const applied = await applyChanges(phases, listed, targetOf(hook, observed, lxd));
  // Publish. LXD lists entries with the names that the original charm gave them.
  const held = markOriginals(applied.trustStore, originals);
  const overreaching = revokeExcess(phases.narrowings, applied);
  const kept = without(held, [...revocations, ...excess, ...overreaching]);
  const soon = soonOf(hook, configuration);
  const facts = { ...entered.cluster, ...applied, server, mark, trustStore: kept, soon };
  const publishing = { ...seen, facts, adoptable: held };
  const publications = await publishAll(unitOf(hook, observed), known, publishing);
  // Revoke.
  const due = holdBack(revocations, { ...seen, publications, trustStore: held, mark });
  const revoked = isEnd(applied)
    ? { ...applied, undone: [...applied.undone, ...due] }
    : await apply(due, applied.trustStore, targetOf(hook, observed, lxd));
  await logRejections(juju, publications);
  const hasChanged = [applied, revoked, ...publications].some((one) => one.hasChanged);
  const outcome = await conclude(hook, observed, {
    entered,
    publications,
    facts,
    steps,
    revoked: { ...revoked, failure: applied.failure ?? revoked.failure },
  });
  return { ...more, publications, hasChanged, outcome };
}

/** What came of a hook's work. */
interface Work {
  readonly entered: Entered;
  readonly publications: readonly PublishedRelation[];
  readonly facts: Facts;
  readonly steps: readonly Step[];
  readonly revoked: Pick<Applied, "trustStore" | "undone" | "failure">;
}

/** Tells the outcome. What a hook about one relation does not see stays as it was in the status. */
async function conclude(hook: Hook, observed: Observed, work: Work): Promise<Outcome> {
  const { seen } = observed;
  const { entered, publications, facts, steps, revoked: { trustStore, undone, failure } } = work;
  if (failure) return outcomeOf(failure, entered.attempt);
  if (undone.length > 0 && unitOf(hook, observed).mayChange) {
    return {
      kind: "unfinished",
      left: countCertificates(undone),
      total: countCertificates(steps),
    };
  }
  const { credentials: { certificate: pem, ourFingerprint: fingerprint } } = entered.entry;
  const dealt = { ...facts, publications, credential: { pem, fingerprint } };
  return {
    ...entered.active,
    certificates: countOurs(trustStore, facts.mark),
    rejected: await countRejections(hook, seen, publications),
    expiring: seen.isWhole ? findExpiring(dealt, facts.soon) : undefined,
  };
}

/** The times of which the operator wants a warning. */
function soonOf({ now }: Hook, { config }: Configuration): Soon {
  return soonFrom(now, warningDays(config["expiry-warning-days"]) ?? DEFAULT_WARNING_DAYS);
}

/** The unit as it is now: it may have lost its leadership. */
function unitOf(hook: Hook, { seen, leadership }: Observed): UnitContext {
  const isLeader = leadership.isLeader();
  return { ...hook, isLeader, mayChange: isLeader || seen.isLast };
}

/** Where to take steps: as long as this unit leads, or is the last one, and time is left. */
function targetOf({ clock, report }: Hook, { seen, leadership }: Observed, lxd: Lxd): Target {
  const now = () => clock.now().getTime();
  const end = now() + (seen.isLast ? LAST_STEPS_LIMIT_MS : STEPS_LIMIT_MS);
  const mayGoOn = async () => now() < end && (seen.isLast || await leadership.confirm());
  return { lxd, report, mayGoOn };
}

function countCertificates(steps: readonly Step[]): number {
  return new Set(steps.map(({ fingerprint }) => fingerprint)).size;
}

/** The credential, and the projects that the operator allows. */
function accessOf({ config, found }: Configuration, { isLast }: Observation): Access {
  // The last unit revokes all our entries, for any options.
  const allowed = isLast ? null : parseNames(config["projects"]);
  if (allowed === undefined) return { kind: "unreadable", name: "projects", reason: NAMES };
  return found.kind === "complete" ? { ...found, allowed } : found;
}

/** Enters LXD, and reads its nodes, its trust store and, if some are named, its projects. */
async function enter(
  hook: Hook,
  { credentials, allowed }: Usable,
  { seen, leadership }: Observed,
): Promise<Pick<Served, "visit"> & { readonly entered: Entered | Outcome }> {
  const known = async () => {
    const endpoints = await knownEndpoints(hook, seen);
    // The time of hook tools is not LXD's.
    await leadership.renew();
    return endpoints;
  };
  // With the last unit there is no other leader to fear.
  const left = seen.isLast ? () => Infinity : leadership.left;
  const { token: _, ...tokenless } = credentials;
  // A unit at its end must not have LXD trust what another one has just removed.
  const entry = await hook.enter(seen.isLast ? tokenless : credentials, {
    known,
    left,
    mayEnrol: leadership.isLeader(),
  });
  if (entry.kind === "entered" && entry.hasEnrolled) {
    hook.report(ownChange("added", entry.credentials.ourFingerprint));
  }
  if (entry.kind === "failed") {
    return { visit: { entry }, entered: outcomeOf(entry.failure, attemptOf(entry, hook.now)) };
  }
  const isNamed = allowed !== null || seen.relations.some(({ wants }) => namesProjects(wants));
  const looked = await look(entry, { allowed, isNamed, now: hook.now });
  if (looked.kind !== "entered") return { visit: { entry }, entered: looked };
  const { lxd, trustStore, cluster: { nodes } } = looked;
  const ground = { lxd, trustStore, allowed, nodes, server: entry.credentials.server };
  return { visit: { entry, trustStore, ground }, entered: looked };
}

/** Reads from LXD what a hook has to know about it. */
async function look(
  entry: Entered["entry"],
  { allowed, isNamed, now }: Pick<Usable, "allowed"> & {
    readonly isNamed: boolean;
    readonly now: Date;
  },
): Promise<Entered | Outcome> {
  const { lxd, lxd: { endpoint, version, isClustered, addresses }, credentials } = entry;
  const attempt = attemptOf({ endpoint, credentials }, now);
  const [listed, store, projects] = await Promise.all([
    lxd.nodes(),
    lxd.trustStore(),
    isNamed ? lxd.projects() : undefined,
  ]);
  if (listed.kind !== "done") return outcomeOf(listed, attempt);
  if (store.kind !== "done") return outcomeOf(store, attempt);
  const { value: trustStore } = store;
  const refusal = await refusalToManage({ lxd, credentials, attempt }, trustStore);
  if (refusal) return refusal;
  if (projects && projects.kind !== "done") return outcomeOf(projects, attempt);
  const names = missingFrom(projects?.value, allowed);
  if (names.length > 0) return { kind: "no-project", reason: describeMissing(names) };
  const { nodes, isUpgrading } = listed.value;
  const active = { kind: "active", version, nodes: nodes.length, isUpgrading } as const;
  const cluster = { nodes, isClustered, addresses };
  return { kind: "entered", entry, lxd, trustStore, projects, cluster, active, attempt };
}

/** Asks why our credential may not manage the trust store. Undefined if it may. */
export async function refusalToManage(
  { lxd, credentials: { ourFingerprint }, attempt }: {
    readonly lxd: Lxd;
    readonly credentials: Pick<Credentials, "ourFingerprint">;
    readonly attempt: Attempt;
  },
  trustStore: TrustStore,
): Promise<Outcome | undefined> {
  const may = await lxd.mayManage(ourFingerprint, trustStore);
  if (may.kind !== "done") return outcomeOf(may, attempt);
  if (may.value) return undefined;
  const isIdentity = !trustStore.has(ourFingerprint);
  return outcomeOf({ kind: "restricted", isIdentity }, attempt);
}

/**
 * Reads which certificates are wanted. If only a databag that is read now names projects, LXD's projects
 * are listed, and the wants are read again.
 */
async function readAdmissible(
  unit: UnitContext,
  seen: Observation,
  { rules, entered }: { readonly rules: Rules; readonly entered: Entered },
): Promise<KnownWants | Outcome> {
  const { lxd, projects, attempt } = entered;
  const known = await readWants(unit, seen, { ...rules, existing: projects?.value });
  if (projects || !namesProjects(known.wants)) return known;
  const listed = await lxd.projects();
  if (listed.kind !== "done") return outcomeOf(listed, attempt);
  return await readWants(unit, seen, { ...rules, existing: listed.value });
}

function namesProjects(wants: readonly Want[]): boolean {
  return wants.some(({ projects }) => projects !== null);
}

/** Adopts rejected certificates, if every databag was read: then nobody else may want them. */
function claimsOf(known: KnownWants, { isWhole }: Observation, rules: Rules): readonly Step[] {
  return known.complete || isWhole ? claim(known.relations, rules) : [];
}
