/**
 * Takes the steps that come before a publication.
 *
 * @module
 */
import type { Phases } from "../trust/phases.ts";
import { revokeExcess } from "../trust/revocations.ts";
import type { TrustStore } from "../trust/trust_store.ts";
import { type Applied, apply, type Target } from "./apply.ts";

/**
 * Takes the steps that come before a publication. What takes access away comes first: restrictions,
 * then revocations of what overreaches, also if some of the restrictions fail. All else follows if
 * none has failed.
 *
 * @param phases The steps, by their phases.
 * @param before The trust store before them, as LXD listed it.
 */
export async function applyChanges(
  { narrowings, excess, changes }: Phases,
  before: TrustStore,
  target: Target,
): Promise<Applied> {
  const narrowed = await apply(narrowings, before, target);
  const overreaching = [...excess, ...revokeExcess(narrowings, narrowed)];
  const first = joinApplied(narrowed, await apply(overreaching, narrowed.trustStore, target));
  return isEnd(first)
    ? { ...first, undone: [...first.undone, ...changes] }
    : joinApplied(first, await apply(changes, first.trustStore, target));
}

/**
 * Says whether the steps that follow must wait: LXD failed, or steps are left. A revocation that LXD
 * refuses holds back no other step.
 */
export function isEnd({ failure, undone }: Pick<Applied, "failure" | "undone">): boolean {
  const isRefusedRevocation = failure?.kind === "refused" && failure.action !== undefined;
  return undone.length > 0 || failure !== undefined && !isRefusedRevocation;
}

function joinApplied(one: Applied, next: Applied): Applied {
  return {
    trustStore: next.trustStore,
    refused: new Map([...one.refused, ...next.refused]),
    unnamed: one.unnamed.union(next.unnamed),
    hasChanged: one.hasChanged || next.hasChanged,
    failure: one.failure ?? next.failure,
    undone: [...one.undone, ...next.undone],
  };
}
