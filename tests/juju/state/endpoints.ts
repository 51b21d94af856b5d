/**
 * Finds the two endpoints of a new relation.
 *
 * @module
 */

import { getApplication } from "./queries.ts";
import type { ModelState, RelationEnd } from "./state.ts";

/**
 * Resolves `app:endpoint`, or `app` if exactly one pair of endpoints fits.
 *
 * @throws {Error} If no pair or several pairs fit, or if the pair is related already.
 */
export function findEnds(
  model: ModelState,
  a: string,
  b: string,
): readonly RelationEnd[] {
  const left = endsOf(model, a);
  const right = endsOf(model, b);
  const pairs = left.flatMap((l) => right.map((r) => [l, r] as const));
  const [pair, ...more] = pairs.filter(([l, r]) =>
    l.endpoint.interface === r.endpoint.interface &&
    l.endpoint.role !== "peer" && r.endpoint.role !== "peer" &&
    l.endpoint.role !== r.endpoint.role
  );
  if (pair && more.length === 0) {
    refuseDuplicate(model, pair);
    return pair;
  }
  const reason = pair
    ? "more than one pair of endpoints fits"
    : pairs.length === 1
    ? describePair(pairs[0])
    : "no pair of endpoints fits";
  throw new Error(`Cannot relate ${a} to ${b}: ${reason}`);
}

function refuseDuplicate(model: ModelState, ends: readonly RelationEnd[]): void {
  const key = ({ application, endpoint }: RelationEnd) => `${application}:${endpoint.name}`;
  const isRelated = model.relations.values().some((relation) =>
    ends.every((end) => relation.ends.some((other) => key(other) === key(end)))
  );
  if (!isRelated) return;
  throw new Error(
    `Cannot relate ${ends.map(key).join(" to ")}: they are related already`,
  );
}

function describePair(
  pair: readonly [RelationEnd, RelationEnd] | undefined,
): string {
  const [l, r] = (pair ?? []).map(({ endpoint }) => `${endpoint.role} ${endpoint.interface}`);
  return `interfaces or roles do not match: ${l}, ${r}`;
}

function endsOf(model: ModelState, given: string): readonly RelationEnd[] {
  const [name = "", endpointName] = given.split(":");
  const { endpoints, life } = getApplication(model, name);
  if (life !== "alive") {
    throw new Error(`Cannot relate "${name}": it is being removed`);
  }
  const found = [...endpoints.values()]
    .filter((e) => endpointName === undefined || e.name === endpointName);
  if (found.length === 0) {
    throw new Error(
      `Cannot relate "${given}": application "${name}" has no such endpoint`,
    );
  }
  return found.map((endpoint) => ({ application: name, endpoint }));
}
