/**
 * Finds the endpoints that a relation is to have.
 *
 * @module
 */

import { getApplication, type ModelState, type RelationEnd } from "./state.ts";

/** Resolves `app:endpoint`, or `app` if only one pair fits. */
export function findEnds(
  model: ModelState,
  a: string,
  b: string,
): readonly RelationEnd[] {
  const left = endsOf(model, a);
  const right = endsOf(model, b);
  const pairs = left.flatMap((l) => right.map((r) => [l, r] as const));
  const fitting = pairs.filter(([l, r]) =>
    l.endpoint.interface === r.endpoint.interface &&
    l.endpoint.role !== "peer" && r.endpoint.role !== "peer" &&
    l.endpoint.role !== r.endpoint.role
  );
  const [pair, ...more] = fitting;
  if (pair && more.length === 0) return pair;
  const reason = pair
    ? "more than one pair of endpoints fits"
    : pairs.length === 1
    ? describePair(pairs[0])
    : "no pair of endpoints fits";
  throw new Error(`Cannot relate ${a} to ${b}: ${reason}`);
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
