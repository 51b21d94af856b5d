/**
 * Secrets of the user and of charms: revisions, grants, and who tracks what.
 *
 * @module
 */

import type { HookContext } from "./context.ts";
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

/** What secret-get asks for. */
export interface SecretQuery {
  readonly id: string | undefined;
  readonly label: string;
  readonly peek: boolean;
  readonly refresh: boolean;
}

/**
 * Reads a secret as a unit, which then tracks the revision that it got.
 *
 * @throws {Error} In Juju's words.
 */
export function readSecret(
  context: HookContext,
  { id, label, peek, refresh }: SecretQuery,
): Settings {
  const { model, unit } = context;
  const secret = id === undefined
    ? findByLabel(context, label)
    : context.pendingSecrets.get(id) ?? model.secrets.get(id);
  if (!secret) {
    throw new Error(
      id === undefined
        ? `consumer label ${JSON.stringify(label)} not found`
        : `secret "${id}" not found`,
    );
  }
  const mine = secret.owner.id === unit.name ||
    secret.owner.id === unit.application;
  if (
    !mine && !secret.grants.has(unit.name) &&
    !secret.grants.has(unit.application)
  ) throw new Error("permission denied");
  const consumer = secret.consumers.getOrInsertComputed(unit.name, () => {
    if (!mine) unit.secretsSeen.set(secret.id, secret.latest);
    return { revision: secret.latest, label };
  });
  if (label !== "") consumer.label = label;
  if (refresh) {
    consumer.revision = secret.latest;
    if (!mine) unit.secretsSeen.set(secret.id, secret.latest);
  }
  const revision = peek ? secret.latest : consumer.revision;
  const content = secret.revisions.get(revision);
  if (!content) {
    throw new Error(`secret revision "${secret.id}/${revision}" not found`);
  }
  return { ...content };
}

function findByLabel(
  { model, pendingSecrets, unit }: HookContext,
  label: string,
): Secret | undefined {
  return [...pendingSecrets.values(), ...model.secrets.values()]
    .find((secret) =>
      secret.consumers.get(unit.name)?.label === label ||
      (secret.label === label &&
        [unit.name, unit.application].includes(secret.owner.id))
    );
}
