/**
 * When the steps of a plan are taken.
 *
 * @module
 */
import { isWithin, type Projects } from "./projects.ts";
import type { Step } from "./step.ts";
import type { TrustStore } from "./trust_store.ts";

/** The steps of a plan, in the order of their phases. */
export interface Phases {
  /** Restrictions that take access away. Nothing comes before them. */
  readonly narrowings: readonly Step[];
  /** Revocations of entries that give access to more than the operator allows. They come next. */
  readonly excess: readonly Step[];
  /** Additions, other restrictions and renamings. They come before the publication. */
  readonly changes: readonly Step[];
  /** All other revocations. They come after it. */
  readonly revocations: readonly Step[];
}

/** What a plan was made for. */
export interface Planned {
  /** The trust store before the steps. */
  readonly trustStore: TrustStore;
  /** The projects that the operator allows. */
  readonly allowed: Projects;
}

/** Sorts the steps of a plan by when they are taken. The order within each phase stays. */
export function phasesOf(
  steps: readonly Step[],
  { trustStore, allowed }: Planned,
): Phases {
  const { narrowings = [], excess = [], changes = [], revocations = [] } = Object.groupBy(
    steps,
    (step) => {
      const entry = trustStore.get(step.fingerprint);
      const isBeyond = (projects: Projects) => entry && !isWithin(entry.projects, projects);
      if (step.kind === "revoke") return isBeyond(allowed) ? "excess" : "revocations";
      return step.kind === "restrict" && isBeyond(step.projects) ? "narrowings" : "changes";
    },
  );
  return { narrowings, excess, changes, revocations };
}
