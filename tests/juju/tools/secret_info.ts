/**
 * secret-ids and secret-info-get (JUJUC/secret-ids.go, secret-info-get.go).
 *
 * @module
 */

import type { Secret } from "../state/state.ts";
import { quote } from "./go.ts";
import { ownSecrets, subject } from "./secret_access.ts";
import { checkEmpty, outputFlags, type Tool } from "./tool.ts";

/** The tool secret-ids. */
export const secretIds: Tool = {
  flags: () => outputFlags("smart"),
  format: "smart",
  prepare({ args, context, write }) {
    checkEmpty(args);
    return () => {
      const ids = [...ownSecrets(context).keys()];
      // An empty list is Go's nil slice.
      return write(ids.length > 0 ? ids : null);
    };
  },
};

/** The tool secret-info-get. */
export const secretInfoGet: Tool = {
  flags: () => ({ ...outputFlags("yaml"), label: "string" }),
  format: "yaml",
  prepare(call) {
    const { id, label, rest } = subject(call);
    if (id !== undefined && label !== "") {
      throw new Error("specify either a secret URI or label but not both");
    }
    checkEmpty(rest);
    return async () => {
      const secret = [...ownSecrets(call.context).values()]
        .find((s) => id === undefined ? s.label === label : s.id === id);
      if (!secret) throw new Error(`secret ${quote(id ?? label)} not found`);
      await call.write(new Map([[secret.id, info(secret)]]));
    };
  },
};

function info(secret: Secret): unknown {
  const access = [...secret.grants].map(([target, relation]) => ({
    target: target.includes("/") ? `unit-${target.replace("/", "-")}` : `application-${target}`,
    scope: `relation-${relation}`,
    role: "view",
  }));
  return {
    revision: secret.latest,
    label: secret.label,
    owner: secret.owner.kind,
    description: secret.description || undefined,
    rotation: secret.rotate || undefined,
    access: access.length > 0 ? access : undefined,
  };
}
