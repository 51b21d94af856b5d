/**
 * secret-get (JUJUC/secret-get.go).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import type { HookContext } from "../context/context.ts";
import type { ModelState, Secret, Settings } from "../state/state.ts";
import { goMap, quote } from "./go.ts";
import { subject } from "./secret_access.ts";
import { checkEmpty, outputFlags, type Tool } from "./tool.ts";

/** The tool secret-get. */
export const secretGet: Tool = {
  flags: () => ({
    ...outputFlags("yaml"),
    label: "string",
    peek: "bool",
    refresh: "bool",
  }),
  format: "yaml",
  prepare(call) {
    const { id, label, rest: [key, ...rest] } = subject(call);
    const peek = call.flags.get("peek") === "true";
    const refresh = call.flags.get("refresh") === "true";
    if (peek && refresh) {
      throw new Error("specify one of --peek or --refresh but not both");
    }
    checkEmpty(rest);
    return async () => {
      const content = readSecret(call.context, { id, label, peek, refresh });
      if (key === undefined || key === "") {
        await call.write(goMap(content));
        return;
      }
      const name = key.replace(/#base64$/, "");
      const value = Object.hasOwn(content, name) ? content[name] : undefined;
      if (value === undefined) {
        throw new Error(`secret key value ${quote(name)} not found`);
      }
      await call.write(
        key === name ? value : new TextEncoder().encode(value).toBase64(),
      );
    };
  },
};

/** Arguments of secret-get. */
interface SecretQuery {
  readonly id: string | undefined;
  readonly label: string;
  readonly peek: boolean;
  readonly refresh: boolean;
}

/** Reads a secret for a unit. The unit then tracks the revision that it read. */
function readSecret(
  context: HookContext,
  { id, label, peek, refresh }: SecretQuery,
): Settings {
  const { model, unit } = context;
  const secret = id === undefined
    ? findByLabel(context, label)
    : context.pendingSecrets.get(id) ?? model.secrets.get(id);
  if (!secret) {
    throw new Error(absence(model, id, label));
  }
  const mine = secret.owner.id === unit.name ||
    secret.owner.id === unit.application;
  if (
    !mine && !secret.grants.has(unit.name) &&
    !secret.grants.has(unit.application)
  ) {
    throw new Error(
      isJuju3(model) ? "permission denied" : `"${unit.name}" is not allowed to read this secret`,
    );
  }
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

/** Returns Juju's message about a secret that does not exist. */
function absence(model: ModelState, id: string | undefined, label: string): string {
  if (isJuju3(model)) {
    return id === undefined
      ? `consumer label ${quote(label)} not found`
      : `secret "${id}" not found`;
  }
  return id === undefined
    ? `secret URI for consumer label ${quote(label)} not found`
    : "getting latest secret revision: secret not found";
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
