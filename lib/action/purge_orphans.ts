/**
 * The action `purge-orphans`.
 *
 * @module
 */
import type { AuditedHook } from "../hook.ts";
import { everythingSettled } from "../juju/event.ts";
import { type Observation, observe } from "../juju/observe.ts";
import { knowsEverything } from "../juju/replicas.ts";
import { askLeader, type Leadership } from "../leadership.ts";
import { apply } from "../lxd/apply.ts";
import { STEPS_LIMIT_MS } from "../lxd/time_limits.ts";
import { outcomeOf } from "../outcome.ts";
import type { Hook } from "../reconcile.ts";
import { COLLECTORS } from "../relation/cos_agent.ts";
import { createMark } from "../trust/owner.ts";
import type { TrustEntry, TrustStore } from "../trust/trust_store.ts";
import { describeEnd, describeFailure, describeLeadership } from "./failure.ts";
import { entriesOf, except, type Orphans, orphansIn } from "./orphans.ts";
import { flag, MODEL } from "./parameters.ts";
import { createRecord } from "./record.ts";
import type { Action, Ending, Setup } from "./run.ts";
import { readTrustStore, type Visit, visitLxd } from "./visit.ts";

/** The parameters of `purge-orphans`. */
export interface PurgeParameters {
  /** Whether entries are listed only. */
  readonly "dry-run": boolean;
  /** UUID of another model; null for this one. */
  readonly model: string | null;
}

/**
 * Revokes entries of this application's mark that belong to nothing, or all entries of the application
 * of the same name in another model, which is gone. Without `dry-run=false` it only lists them.
 */
export const purgeOrphans: Action<PurgeParameters> = {
  parameters: { "dry-run": flag({ default: true }), model: MODEL },
  perform: async (setup, parameters) => {
    const { hook } = setup;
    const { model } = parameters;
    if (model !== null && createMark(hook.application, model).prefix === hook.mark.prefix) {
      const what = "it is this model, whose orphans are purged without it";
      return { failure: `Cannot use the parameter model: ${what}` };
    }
    // A unit that is removed no longer sees the relations that go on without it.
    const seen = await observe(hook, everythingSettled());
    if (seen.revocable.kind !== "all") return { failure: describeEnd(hook) };
    const leadership = await askLeader(hook.juju, hook.clock);
    if (!leadership.isLeader()) return { failure: describeLeadership(hook) };
    const visit = await visitLxd(hook);
    if (visit.kind === "no-visit") return { failure: describeFailure(visit.outcome, hook) };
    const read = await readTrustStore(visit);
    if (read.kind === "no-visit") {
      return { failure: describeFailure(read.outcome, { ...hook, ...read }) };
    }
    return await purge(setup, parameters, { visit, ...read, leadership, seen });
  },
};

/** LXD, and the right to change it. */
interface Ground {
  readonly visit: Visit;
  readonly trustStore: TrustStore;
  readonly leadership: Leadership;
  readonly seen: Observation;
}

async function purge(
  { hook, tools }: Setup,
  { "dry-run": isDry, model }: PurgeParameters,
  ground: Ground,
): Promise<Ending> {
  const { visit: { lxd, credentials, attempt }, trustStore } = ground;
  const { orphans, unsure } = model === null
    ? await findOrphans(hook, ground)
    : { orphans: entriesOf(trustStore, createMark(hook.application, model)), unsure: 0 };
  const due = except(orphans, credentials.ourFingerprint);
  const warning = model === null ? undefined : warningAbout(hook, { model, due, isDry });
  if (warning !== undefined) await tools.actionLog(warning);
  const record = createRecord({ isDry });
  const { undone, failure } = await revoke(hook, due, { ...ground, record });
  const left = undone.length > 0 ? { left: String(undone.length) } : {};
  return {
    results: {
      "dry-run": String(isDry),
      orphans: String(due.length),
      ...left,
      ...unsure > 0 && { "not-sure": String(unsure) },
      ...warning !== undefined && { warning },
      ...record.changes(["revoked"]),
    },
    failure: failure
      ? describeFailure(outcomeOf(failure, attempt), { ...hook, isClustered: lxd.isClustered })
      : undone.length > 0
      ? `${undone.length} of ${due.length} entries are left: run the action again`
      : undefined,
  };
}

async function findOrphans(hook: Hook, { trustStore, seen }: Ground): Promise<Orphans> {
  const { relations, revocable } = seen;
  const unread = (revocable.kind === "all" ? revocable.except : undefined) ?? new Set();
  const isSure = await knowsEverything(hook);
  const collectors = new Set(await hook.juju.relationIds(COLLECTORS));
  return orphansIn(trustStore, hook.mark, { relations, unread, collectors, isSure });
}

async function revoke(
  { clock, report, flush }: AuditedHook,
  entries: readonly TrustEntry[],
  { visit, trustStore, leadership, record }: Ground & {
    readonly record: ReturnType<typeof createRecord>;
  },
) {
  const now = () => clock.now().getTime();
  const end = now() + STEPS_LIMIT_MS;
  const steps = entries.map(({ fingerprint, name }) =>
    ({ kind: "revoke", fingerprint, name }) as const
  );
  const applied = await apply(steps, trustStore, {
    lxd: record.watchLxd(visit.lxd),
    report: record.isDry ? () => {} : report,
    mayGoOn: async () => now() < end && await leadership.confirm(),
  });
  await flush();
  return applied;
}

/** What it means to revoke all entries of a model. Nobody can see here whether the model is dead. */
function warningAbout(
  { application }: Hook,
  { model, due, isDry }: {
    readonly model: string;
    readonly due: readonly TrustEntry[];
    readonly isDry: boolean;
  },
): string {
  const does = isDry ? "With dry-run=false, every" : "Every";
  return `${does} client that ${application} registered for the model ${model} loses LXD: ` +
    `${due.length} in all. If that model lives, its charms are cut off until ${application} ` +
    "there runs its next hook. Nothing here tells whether it lives: make sure";
}
