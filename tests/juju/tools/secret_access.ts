/**
 * Which secrets a tool means, and whether the unit may change them.
 *
 * @module
 */

import { type HookContext, isLeader } from "../context/context.ts";
import type { Secret, SecretOwner } from "../state/state.ts";
import { quote } from "./go.ts";
import type { Call } from "./tool.ts";

const URI_REGEXP = /^(?:secret:(?:\/\/(?:[0-9a-f-]{36}\/)?)?)?([0-9a-z]{20})$/;

/** Parses a URI, which may be a mere id. */
export function parseUri(text: string): string {
  const id = URI_REGEXP.exec(text)?.[1];
  if (id !== undefined) return id;
  throw new Error(`secret URI ${quote(text)} not valid`);
}

/** Gives id and label for a tool that takes either; the id comes first. */
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

/** Gives the secrets that the unit or its application owns. */
export function ownSecrets({ model, unit }: HookContext): Map<string, Secret> {
  return new Map(
    [...model.secrets].filter(([, { owner }]) =>
      owner.id === unit.name || owner.id === unit.application
    ),
  );
}

/** Finds a secret to change, one of this very hook too. */
export function owned(context: HookContext, id: string): Secret {
  const secret = context.pendingSecrets.get(id) ??
    ownSecrets(context).get(id);
  if (!secret) throw new Error(`secret ${quote(id)} not found`);
  checkOwner(context, secret.owner);
  return secret;
}

/** Refuses to let others than the leader change an application's secret. */
export function checkOwner(context: HookContext, owner: SecretOwner): void {
  if (owner.kind === "application" && !isLeader(context)) {
    throw new Error("this unit is not the leader");
  }
}

/** Queues a change for the flush. */
export function change(
  context: HookContext,
  secret: Secret,
  apply: () => void,
): void {
  const byLeader = secret.owner.kind === "application";
  context.secretChanges.push({ byLeader, apply });
}
