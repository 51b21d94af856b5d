/**
 * credential-get (JUJUC/credential-get.go).
 *
 * @module
 */

import type { HookContext } from "../context/context.ts";
import type { CloudSpec } from "../state/state.ts";
import { goMap } from "./go.ts";
import { checkEmpty, outputFlags, type Tool } from "./tool.ts";

/** The tool credential-get. */
export const credentialGet: Tool = {
  flags: () => outputFlags("smart"),
  format: "smart",
  prepare({ args, context, flags, write }) {
    checkEmpty(args);
    return async () => {
      const cloud = cloudSpec(context);
      await write(
        flags.get("format") === "json" ? jsonSpec(cloud) : yamlSpec(cloud),
      );
    };
  },
};

/** Reads the cloud from the controller. After one success, the hook keeps the answer. */
function cloudSpec(context: HookContext): CloudSpec {
  if (context.cloud) return context.cloud;
  const { application, model } = context;
  if (!application.trust) {
    throw new Error("cannot access cloud credentials: permission denied");
  }
  if (!model.cloud) throw new Error("Cannot answer credential-get: no cloud");
  return context.cloud = model.cloud;
}

/** Lists the fields in Go's order. Empty fields are omitted, except type and name. */
function jsonSpec(cloud: CloudSpec): unknown {
  const { credential } = cloud;
  const attrs = credential?.attrs ?? {};
  const list = cloud.cacertificates ?? [];
  return {
    type: cloud.type,
    name: cloud.name,
    region: cloud.region || undefined,
    endpoint: cloud.endpoint || undefined,
    "identity-endpoint": cloud["identity-endpoint"] || undefined,
    "storage-endpoint": cloud["storage-endpoint"] || undefined,
    credential: credential && {
      "auth-type": credential["auth-type"],
      attrs: Object.keys(attrs).length > 0 ? goMap(attrs) : undefined,
    },
    cacertificates: list.length > 0 ? list : undefined,
    "skip-tls-verify": cloud["skip-tls-verify"] || undefined,
    "is-controller-cloud": cloud["is-controller-cloud"] || undefined,
  };
}

/** Lists the fields for YAML. Their names differ, since Go's struct has no YAML tags. */
function yamlSpec(cloud: CloudSpec): unknown {
  return {
    type: cloud.type,
    name: cloud.name,
    region: cloud.region ?? "",
    endpoint: cloud.endpoint ?? "",
    identityendpoint: cloud["identity-endpoint"] ?? "",
    storageendpoint: cloud["storage-endpoint"] ?? "",
    credential: cloud.credential
      ? {
        authtype: cloud.credential["auth-type"],
        attributes: goMap(cloud.credential.attrs ?? {}),
      }
      : null,
    cacertificates: cloud.cacertificates ?? [],
    skiptlsverify: cloud["skip-tls-verify"] ?? false,
    iscontrollercloud: cloud["is-controller-cloud"] ?? false,
  };
}
