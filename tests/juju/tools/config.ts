/**
 * config-get and credential-get (JUJUC/config-get.go, credential-get.go).
 *
 * @module
 */

import { configSettings, type HookContext } from "../context.ts";
import type { CloudSpec } from "../state.ts";
import { goMap, quote } from "./go.ts";
import { checkEmpty, outputFlags, type Tool } from "./tool.ts";

/** The tool config-get. */
export const configGet: Tool = {
  flags: () => ({ ...outputFlags("smart"), a: "bool", all: "bool" }),
  format: "smart",
  prepare({ args: [key, ...rest], context, flags, write }) {
    const all = flags.get("a") === "true" || flags.get("all") === "true";
    if (key !== undefined && all) {
      throw new Error(
        `cannot use argument --all together with key ${quote(key)}`,
      );
    }
    checkEmpty(rest);
    return async () => {
      const settings = configSettings(context);
      if (key !== undefined && key !== "") {
        await write(settings[key] ?? null);
        return;
      }
      const unset = all
        ? [...context.application.charm?.options.keys() ?? []]
          .map((name) => [name, null])
        : [];
      await write(goMap({ ...Object.fromEntries(unset), ...settings }));
    };
  },
};

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

/** Asks the controller once in each hook. */
function cloudSpec(context: HookContext): CloudSpec {
  if (context.cloud) return context.cloud;
  const { application, model } = context;
  if (!application.trust) {
    throw new Error("cannot access cloud credentials: permission denied");
  }
  if (!model.cloud) throw new Error("Cannot answer credential-get: no cloud");
  return context.cloud = model.cloud;
}

/** Fields in Go's order; all but type and name are left out when empty. */
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

/** The struct has no YAML tags, so other key names come out. */
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
