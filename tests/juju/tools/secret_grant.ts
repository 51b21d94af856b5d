/**
 * secret-grant and secret-revoke (JUJUC/secret-grant.go, secret-revoke.go).
 *
 * @module
 */

import { remoteEnd } from "../state/queries.ts";
import { quote } from "./go.ts";
import { change, owned, parseUri } from "./secret_access.ts";
import { checkEmpty, relationFlags, relationId, type Tool } from "./tool.ts";

/** The tool secret-grant. */
export const secretGrant: Tool = {
  flags: (context) => ({ ...relationFlags(context), unit: "string" }),
  prepare(call) {
    const { args: [uri, ...rest], context, flags } = call;
    if (uri === undefined) throw new Error("missing secret URI");
    const id = parseUri(uri);
    const relation = relationId(call);
    const found = context.relations.get(relation ?? -1)?.relation;
    if (!found) throw new Error("no relation id specified");
    const remote = remoteEnd(found, context.unit.application)?.application ??
      "";
    const unit = flags.get("unit");
    if (unit !== undefined && unit.split("/")[0] !== remote) {
      throw new Error(
        `cannot specify unit ${quote(unit)} in relation to application ${quote(remote)}`,
      );
    }
    checkEmpty(rest);
    return () => {
      const secret = owned(context, id);
      change(context, secret, () => {
        secret.grants.set(unit ?? remote, found.id);
      });
    };
  },
};

/** The tool secret-revoke. */
export const secretRevoke: Tool = {
  flags: (context) => ({
    ...relationFlags(context),
    app: "string",
    application: "string",
    unit: "string",
  }),
  prepare(call) {
    const { args: [uri, ...rest], context, flags } = call;
    if (uri === undefined) throw new Error("missing secret URI");
    const id = parseUri(uri);
    checkEmpty(rest);
    const relation = relationId(call);
    return () => {
      const secret = owned(context, id);
      const who = flags.get("unit") ?? flags.get("app") ??
        flags.get("application");
      change(context, secret, () => {
        for (const [name, grant] of secret.grants) {
          if (who === undefined ? grant === relation : name === who) {
            secret.grants.delete(name);
          }
        }
      });
    };
  },
};
