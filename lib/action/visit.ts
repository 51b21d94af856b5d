/**
 * Enters LXD for an action, as a hook does.
 *
 * @module
 */
import type { Pinned } from "../credential/parts.ts";
import { readCredentials } from "../juju/read_credentials.ts";
import { readPublished } from "../juju/read_relations.ts";
import type { Lxd } from "../lxd/client.ts";
import { LXD_LIMIT_MS } from "../lxd/time_limits.ts";
import { type Attempt, type Outcome, outcomeOf } from "../outcome.ts";
import { type Hook, refusalToManage } from "../reconcile.ts";
import type { TrustStore } from "../trust/trust_store.ts";

/** LXD, entered. */
export interface Visit {
  /** Tag. */
  readonly kind: "visit";
  /** LXD. */
  readonly lxd: Lxd;
  /** The credential. */
  readonly credentials: Pinned;
  /** The attempt, for failures that follow. */
  readonly attempt: Attempt;
}

/** LXD could not be used. */
export interface NoVisit {
  /** Tag. */
  readonly kind: "no-visit";
  /** Why. */
  readonly outcome: Outcome;
  /** Whether LXD is a cluster that was entered. @default {false} */
  readonly isClustered?: boolean;
}

/** Enters LXD by the credential's endpoint, or else by a member that was published before. */
export async function visitLxd(hook: Hook): Promise<Visit | NoVisit> {
  const { juju, now } = hook;
  const { found } = await readCredentials(juju, now);
  if (found.kind !== "complete") return { kind: "no-visit", outcome: found };
  const entry = await hook.enter(found.credentials, {
    known: () => knownMembers(hook),
    left: timeFor(hook),
    // A hook of the leader uses a token.
    mayEnrol: false,
  });
  if (entry.kind === "failed") {
    const attempt = { ...entry.credentials, endpoint: entry.endpoint, now };
    return { kind: "no-visit", outcome: outcomeOf(entry.failure, attempt) };
  }
  const { lxd, credentials } = entry;
  return {
    kind: "visit",
    lxd,
    credentials,
    attempt: { ...credentials, endpoint: lxd.endpoint, now },
  };
}

/** Lists the endpoints that this unit published to any relation. */
export async function knownMembers(hook: Hook): Promise<readonly string[]> {
  const published = await readPublished(hook);
  return [...new Set(published.flatMap(({ published }) => published.endpoints))];
}

/** Reads the trust store, if the credential may manage it. */
export async function readTrustStore(
  visit: Visit,
): Promise<{ readonly kind: "read"; readonly trustStore: TrustStore } | NoVisit> {
  const { lxd, attempt } = visit;
  const { isClustered } = lxd;
  const store = await lxd.trustStore();
  if (store.kind !== "done") {
    return { kind: "no-visit", outcome: outcomeOf(store, attempt), isClustered };
  }
  const { value: trustStore } = store;
  const outcome = await refusalToManage(visit, trustStore);
  return outcome ? { kind: "no-visit", outcome, isClustered } : { kind: "read", trustStore };
}

/** The time that LXD's answers have, from now on. */
function timeFor({ clock }: Hook): () => number {
  const end = clock.now().getTime() + LXD_LIMIT_MS;
  return () => end - clock.now().getTime();
}
