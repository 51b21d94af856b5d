/**
 * Finds the secret of a tool call, and checks whether the unit may change it.
 *
 * @module
 */

import { type HookContext, isLeader } from "../context/context.ts";
import type { Secret, SecretOwner } from "../state/state.ts";
import { quote } from "./go.ts";
import type { Call } from "./tool.ts";

const URI_REGEXP = /^(?:secret:(?:\/\/(?:[0-9a-f-]{36}\/)?)?)?([0-9a-z]{20})$/;

/**
 * Returns the id in the URI of a secret. The URI may be the id alone.
 *
 * @throws {Error} If the text is neither.
 */
export function parseUri(text: string): string {
  const id = URI_REGEXP.exec(text)?.[1];
  if (id !== undefined) return id;
  throw new Error(`secret URI ${quote(text)} not valid`);
}

/**
 * Returns the id and the label of a tool call.
 *
 * @throws {Error} If the call has neither.
 */
export function subject(
  { args: [uri, ...rest], flags }: Call,
): { id: string | undefined; label: string; rest: readonly string[] } {
  const id = uri === undefined ? undefined : parseUri(uri);
  const label = flags.get("label") ?? "";
  if (id === undefined && label === "") {
    throw new Error("require either a secret URI or label");
  }
  return { id, label, rest };
}

/** Returns the secrets that the unit or its application owns, by id. */
export function ownSecrets({ model, unit }: HookContext): Map<string, Secret> {
  return new Map(
    [...model.secrets].filter(([, { owner }]) =>
      owner.id === unit.name || owner.id === unit.application
    ),
  );
}

/**
 * Finds a secret to change. It may be a pending secret of this hook.
 *
 * @throws {Error} If the unit does not own the secret or may not change it.
 */
export function owned(context: HookContext, id: string): Secret {
  const secret = context.pendingSecrets.get(id) ??
    ownSecrets(context).get(id);
  if (!secret) throw new Error(`secret ${quote(id)} not found`);
  checkOwner(context, secret.owner);
  return secret;
}

/**
 * Checks whether the unit may change the secrets of an owner.
 *
 * @throws {Error} If the owner is the application, and the unit is not the leader.
 */
export function checkOwner(context: HookContext, owner: SecretOwner): void {
  if (owner.kind === "application" && !isLeader(context)) {
    throw new Error("this unit is not the leader");
  }
}

/** Delays a change of a secret until the flush. */
export function change(
  context: HookContext,
  secret: Secret,
  apply: () => void,
): void {
  const byLeader = secret.owner.kind === "application";
  context.secretChanges.push({ byLeader, apply });
}
