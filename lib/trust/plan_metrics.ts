/**
 * Plans the changes of our entries of the type `metrics` in LXD's trust store. A collector reads LXD's
 * metrics with such a certificate. No requirer has one, so `plan.ts` knows nothing of them.
 *
 * @module
 */
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { entryName, type Mark } from "./owner.ts";
import { isSame, type Projects } from "./projects.ts";
import type { Step } from "./step.ts";
import { COLLECTOR, collectorOf, type TrustStore } from "./trust_store.ts";

/** The certificate that the collector of one relation reads metrics with. */
export interface MetricsWant {
  /** Id of the relation. */
  readonly relation: string;
  /** The certificate. */
  readonly certificate: Certificate;
  /** Whether the collector had the time to take it. Then the former one goes. */
  readonly isTaken: boolean;
}

/** The relations to collectors that are known to be gone. */
export type GoneCollectors =
  | { readonly kind: "none" }
  /** This one. */
  | { readonly kind: "relation"; readonly relation: string }
  /** All but these. */
  | { readonly kind: "absent"; readonly relations: ReadonlySet<string> };

/** The situation that a plan is made for. */
export interface MetricsSituation {
  /** The wanted certificates, one for a relation. */
  readonly wants: readonly MetricsWant[];
  /** The relations that are gone. */
  readonly gone: GoneCollectors;
  /** LXD's trust store. */
  readonly trustStore: TrustStore;
  /** The projects that the operator allows. */
  readonly allowed: Projects;
  /** The mark of our entries. */
  readonly mark: Mark;
}

/**
 * Plans the changes. Every entry of ours that stays gives access to the metrics of the projects that the
 * operator allows. Entries of others are never in a plan.
 *
 * @returns The steps, in the order to take them. Revocations come last, and after the publication.
 */
export function planMetrics(situation: MetricsSituation): readonly Step[] {
  const { wants, trustStore, allowed, mark } = situation;
  const wanted = new Map(wants.map((want) => [want.certificate.fingerprint, want]));
  const added = wants.filter(({ certificate }) => !trustStore.has(certificate.fingerprint))
    .map(({ relation, certificate }): Step => {
      const { fingerprint } = certificate;
      const name = entryName(mark, { relation, name: COLLECTOR }, fingerprint);
      return { kind: "add", fingerprint, name, certificate, projects: allowed, type: "metrics" };
    });
  const others = [...trustStore.values()].flatMap((entry): readonly Step[] => {
    const { fingerprint, name, projects } = entry;
    const relation = collectorOf(entry, mark);
    if (relation === undefined) return [];
    if (!wanted.has(fingerprint) && isOver(relation, situation)) {
      return [{ kind: "revoke", fingerprint, name }];
    }
    return isSame(projects, allowed) ? [] : [{ kind: "restrict", fingerprint, projects: allowed }];
  });
  return ["restrict", "add", "revoke"].flatMap((kind) =>
    [...added, ...others].filter((step) => step.kind === kind)
  );
}

/** Says whether an entry is of no use to a relation any more. */
function isOver(relation: string, { wants, gone }: MetricsSituation): boolean {
  const want = wants.find((want) => want.relation === relation);
  if (want) return want.isTaken;
  switch (gone.kind) {
    case "none":
      return false;
    case "relation":
      return relation === gone.relation;
    case "absent":
      return !gone.relations.has(relation);
  }
}

/**
 * Says whether LXD's trust store lets a certificate read metrics, by an entry of ours.
 *
 * @param mark The mark of our entries.
 */
export function mayRead(fingerprint: Fingerprint, trustStore: TrustStore, mark: Mark): boolean {
  const entry = trustStore.get(fingerprint);
  return entry !== undefined && collectorOf(entry, mark) !== undefined;
}
