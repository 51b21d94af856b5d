/**
 * Secrets of the user and of charms, and their revisions.
 *
 * @module
 */

import type { ModelState, Secret, SecretOwner, Settings } from "./state.ts";

/** Attributes of a secret that its owner may choose. */
export interface SecretDetails {
  readonly name?: string;
  readonly label?: string;
  readonly description?: string;
  readonly rotate?: string;
}

/** Makes a secret with its first revision. The model does not have it yet. */
export function newSecret(
  model: ModelState,
  owner: SecretOwner,
  content: Readonly<Settings>,
  { name = "", label = "", description = "", rotate = "" }: SecretDetails = {},
): Secret {
  const id = `c${(model.nextSecret++).toString(32).padStart(19, "0")}`;
  return {
    id,
    name,
    owner,
    label,
    description,
    rotate,
    latest: 1,
    revisions: new Map([[1, { ...content }]]),
    grants: new Map(),
    consumers: new Map(),
  };
}

/** Adds a revision, unless the content is the one of the latest. */
export function reviseSecret(
  secret: Secret,
  content: Readonly<Settings>,
): void {
  const latest = secret.revisions.get(secret.latest);
  const sorted = (settings: Readonly<Settings> = {}) =>
    JSON.stringify(Object.entries(settings).sort());
  if (sorted(latest) === sorted(content)) return;
  secret.latest++;
  secret.revisions.set(secret.latest, { ...content });
}
