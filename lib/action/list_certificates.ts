/**
 * The action `list-certificates`.
 *
 * @module
 */
import { listRelations } from "../juju/read_relations.ts";
import { unlessRefused } from "../juju/refusal.ts";
import { INTERFACES } from "../relation/mod.ts";
import { COLLECTORS } from "../relation/cos_agent.ts";
import type { Hook } from "../reconcile.ts";
import { markOriginals } from "../trust/adopt.ts";
import { certificateRows, type KnownRelation, metricsRows } from "./certificates.ts";
import { describeFailure } from "./failure.ts";
import { countForeign } from "./foreign.ts";
import { flag } from "./parameters.ts";
import { restOf, writeRows } from "./rows.ts";
import type { Action } from "./run.ts";
import { readTrustStore, visitLxd } from "./visit.ts";

/** Lists our entries, with those that are pending or rejected; with `all`, counts those of others. */
export const listCertificates: Action<{ readonly all: boolean }> = {
  parameters: { all: flag({ default: false }) },
  perform: async ({ hook }, { all }) => {
    const visit = await visitLxd(hook);
    const read = visit.kind === "visit" ? await readTrustStore(visit) : visit;
    if (visit.kind === "no-visit") return { failure: describeFailure(visit.outcome, hook) };
    if (read.kind === "no-visit") {
      return { failure: describeFailure(read.outcome, { ...hook, ...read }) };
    }
    const { mark } = hook;
    const known = await readKnown(hook);
    const { ourFingerprint } = visit.credentials;
    const relations = known.flatMap(({ published }) => published ? [{ published }] : []);
    const trustStore = markOriginals(read.trustStore, { relations, mark, ourFingerprint });
    const collectors = {
      endpoint: COLLECTORS,
      relations: new Set(await hook.juju.relationIds(COLLECTORS)),
    };
    const rows = [
      ...certificateRows(known, trustStore, mark),
      ...metricsRows(collectors, trustStore, mark),
    ];
    return {
      results: {
        total: String(rows.length),
        ...restOf(rows.length),
        ...rows.length > 0 && { certificates: writeRows(rows) },
        ...all && { foreign: countForeign(trustStore, mark) },
      },
    };
  },
};

/** Reads what this unit has published, and to whom. */
async function readKnown({ juju, unit }: Hook): Promise<readonly KnownRelation[]> {
  const listed = await listRelations(juju);
  const known = await Promise.all(listed.map(async ({ endpoint, relation }) => {
    const [application, databag] = await Promise.all([
      unlessRefused(juju.relationApplication(relation)),
      unlessRefused(juju.relationGet(relation, unit)),
    ]);
    const published = databag && INTERFACES[endpoint].parsePublished(databag);
    return { endpoint, relation, application, published };
  }));
  return known.toSorted((a, b) => Number(a.relation) - Number(b.relation));
}
