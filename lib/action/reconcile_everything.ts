/**
 * The action `reconcile`.
 *
 * @module
 */
import { type AuditedHook, conclude, createHook } from "../hook.ts";
import { everything } from "../juju/event.ts";
import { listRelations } from "../juju/read_relations.ts";
import { reconcile } from "../reconcile.ts";
import { COLLECTORS } from "../relation/cos_agent.ts";
import { list } from "../requirer/line.ts";
import { renderStatus } from "../status.ts";
import { describeEnd, describeFailure, describeLeadership } from "./failure.ts";
import { flag } from "./parameters.ts";
import { createRecord } from "./record.ts";
import type { Action, Setup } from "./run.ts";

// In bytes of UTF-8.
const MAXIMUM_LIST = 4000;

/**
 * Reconciles everything now, as `config-changed` does. A dry run goes the same way, and neither LXD nor
 * Juju is written to. Hooks may be queued, so databags may be out of date: what a present requirer has
 * dropped is left to `update-status`.
 */
export const reconcileEverything: Action<{ readonly "dry-run": boolean }> = {
  parameters: { "dry-run": flag({ default: false }) },
  perform: async (setup, { "dry-run": isDry }) => {
    if (!await setup.hook.juju.isLeader()) return { failure: describeLeadership(setup.hook) };
    const record = createRecord({ isDry });
    const hook = watched(setup, record);
    const event = everything();
    const reconciled = await reconcile(hook, event).finally(hook.flush);
    const { outcome } = reconciled;
    if (!outcome) {
      return { failure: describeEnd(hook) };
    }
    const published = (await listAll(hook)).filter(({ relation }) => record.written.has(relation))
      .map(({ endpoint, relation }) => `${endpoint}:${relation}`);
    if (!isDry) await conclude(hook, event, { ...reconciled, outcome });
    const { status, message } = renderStatus(outcome, hook.application, { status: "" });
    const isWell = outcome.kind === "active" || outcome.kind === "unfinished";
    return {
      results: {
        "dry-run": String(isDry),
        status: `${status}: ${message}`,
        ...record.changes(["added", "changed", "revoked"]),
        ...published.length > 0 && { published: list(published, MAXIMUM_LIST) },
      },
      failure: isWell
        ? undefined
        : describeFailure(outcome, { ...hook, isClustered: record.isClustered() }),
    };
  },
};

/** Lists the relations to requirers and to collectors. */
async function listAll({ juju }: AuditedHook) {
  const [requirers, collectors] = await Promise.all([
    listRelations(juju),
    juju.relationIds(COLLECTORS),
  ]);
  return [...requirers, ...collectors.map((relation) => ({ endpoint: COLLECTORS, relation }))];
}

/** A unit whose changes are recorded. */
function watched(
  { surroundings, connections }: Setup,
  record: ReturnType<typeof createRecord>,
): AuditedHook {
  const exec = record.watchTools(surroundings.exec);
  const hook = createHook({ ...surroundings, exec }, connections);
  return {
    ...hook,
    // A dry run changes nothing.
    ...record.isDry && { report: () => {} },
    enter: async (credentials, terms) => {
      const mayEnrol = terms.mayEnrol && !record.isDry;
      const entrance = await hook.enter(credentials, { ...terms, mayEnrol });
      return entrance.kind === "entered"
        ? { ...entrance, lxd: record.watchLxd(entrance.lxd) }
        : entrance;
    },
  };
}
