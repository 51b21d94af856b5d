/**
 * Secrets of the user and of charms, and their revisions.
 *
 * @module
 */

import type { ModelState, Secret, SecretOwner, Settings } from "./state.ts";

/** A secret to make. */
export interface NewSecret {
  readonly owner: SecretOwner;
  /** Content of the first revision. */
  readonly content: Readonly<Settings>;
  /** @default {""} */
  readonly name?: string;
  /** @default {""} */
  readonly label?: string;
  /** @default {""} */
  readonly description?: string;
  /** @default {""} */
  readonly rotate?: string;
}

/** Makes a secret with its first revision. The caller adds the secret to the model. */
export function newSecret(
  model: ModelState,
  { content, description = "", label = "", name = "", owner, rotate = "" }: NewSecret,
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

/** Adds a revision to a secret, unless the content equals that of the latest revision. */
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

/** Deletes the secrets of an application or a unit that is gone, whether or not it ran its last hooks. */
export function dropSecrets(
  { secrets }: Pick<ModelState, "secrets">,
  { kind, id }: SecretOwner,
): void {
  for (const { owner, id: secret } of secrets.values()) {
    if (owner.kind === kind && owner.id === id) secrets.delete(secret);
  }
}
