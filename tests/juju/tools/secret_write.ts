/**
 * secret-add, secret-set and secret-remove (JUJUC/secret-*.go,
 * CTX/context.go).
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { newSecret, reviseSecret } from "../state/secrets.ts";
import type { SecretOwner } from "../state/state.ts";
import { change, checkOwner, owned, parseUri } from "./secret_access.ts";
import { checkUpsert, secretContent, UPSERT_FLAGS } from "./secret_content.ts";
import { checkEmpty, type Tool } from "./tool.ts";

/** The tool secret-add. */
export const secretAdd: Tool = {
  flags: () => UPSERT_FLAGS,
  prepare(call) {
    const { args, context, flags, print } = call;
    if (args.length === 0 && !flags.get("file")) {
      throw new Error("missing secret value or filename");
    }
    checkUpsert(call);
    return async () => {
      const content = await secretContent(call);
      if (Object.keys(content).length === 0) {
        throw new Error("empty secret value not valid");
      }
      const owner: SecretOwner = flags.get("owner") === "unit"
        ? { kind: "unit", id: context.unit.name }
        : { kind: "application", id: context.unit.application };
      checkOwner(context, owner);
      const secret = newSecret(context.model, {
        owner,
        content,
        label: flags.get("label") ?? "",
        description: flags.get("description") ?? "",
        rotate: flags.get("rotate") ?? "",
      });
      context.pendingSecrets.set(secret.id, secret);
      change(context, secret, () => {
        context.model.secrets.set(secret.id, secret);
      });
      // The tool prints the id now. The flush adds the secret to the model.
      const scheme = isJuju3(context.model) ? "secret:" : `secret://${context.model.uuid}/`;
      print(`${scheme}${secret.id}\n`);
    };
  },
};

/** The tool secret-set. */
export const secretSet: Tool = {
  flags: () => UPSERT_FLAGS,
  prepare(call) {
    const [uri, ...args] = call.args;
    if (uri === undefined) throw new Error("missing secret URI");
    const id = parseUri(uri);
    const valued = { ...call, args };
    checkUpsert(valued);
    return async () => {
      const content = await secretContent(valued);
      const secret = owned(call.context, id);
      const { flags } = call;
      change(call.context, secret, () => {
        secret.label = flags.get("label") ?? secret.label;
        secret.description = flags.get("description") ?? secret.description;
        secret.rotate = flags.get("rotate") ?? secret.rotate;
        if (Object.keys(content).length > 0) reviseSecret(secret, content);
      });
    };
  },
};

/** The tool secret-remove. */
export const secretRemove: Tool = {
  flags: () => ({ revision: "string" }),
  prepare({ args: [uri, ...rest], context, flags }) {
    if (uri === undefined) throw new Error("missing secret URI");
    const id = parseUri(uri);
    checkEmpty(rest);
    return () => {
      const secret = owned(context, id);
      const revision = Number(flags.get("revision") ?? 0);
      change(context, secret, () => {
        if (revision > 0) secret.revisions.delete(revision);
        if (revision === 0 || secret.revisions.size === 0) {
          context.model.secrets.delete(id);
        }
      });
    };
  },
};
