/**
 * The environment of a hook or an action (CTX/context.go HookVars, CTX/env.go). Hooks do not inherit
 * the environment of this process.
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import type { HookContext } from "../context/context.ts";
import type { AgentPaths } from "../state/agent_paths.ts";
import { endOf } from "../state/queries.ts";

/** Address of the controller. Nothing listens there. */
const API_ADDRESSES = "10.0.0.1:17070";

/** Returns all environment variables of a hook or an action. */
export function environment(
  context: HookContext,
  paths: AgentPaths,
): Readonly<Record<string, string>> {
  const { action, hook, model, unit } = context;
  return {
    ...model.legacyProxy,
    APT_LISTCHANGES_FRONTEND: "none",
    CHARM_DIR: paths.charmDir,
    CLOUD_API_VERSION: "",
    DEBIAN_FRONTEND: "noninteractive",
    JUJU_AGENT_SOCKET_ADDRESS: paths.socket,
    JUJU_AGENT_SOCKET_NETWORK: "unix",
    JUJU_API_ADDRESSES: API_ADDRESSES,
    JUJU_AVAILABILITY_ZONE: "",
    JUJU_CHARM_DIR: paths.charmDir,
    JUJU_CHARM_FTP_PROXY: "",
    JUJU_CHARM_HTTPS_PROXY: "",
    JUJU_CHARM_HTTP_PROXY: "",
    JUJU_CHARM_NO_PROXY: "",
    JUJU_CONTEXT_ID: context.id,
    // Juju sets it even if the charm has no dispatch file.
    JUJU_DISPATCH_PATH: action ? `actions/${action.name}` : `hooks/${hook?.hook ?? ""}`,
    JUJU_HOOK_NAME: hook?.hook ?? "",
    JUJU_MACHINE_ID: unit.machine,
    JUJU_MODEL_NAME: model.name,
    JUJU_MODEL_UUID: model.uuid,
    JUJU_PRINCIPAL_UNIT: "",
    ...(isJuju3(model) ? { JUJU_SLA: "unsupported" } : {
      JUJU_CHARM_TRACE_CONFIG_CA_CERT: "",
      JUJU_CHARM_TRACE_CONFIG_GRPC: "",
      JUJU_CHARM_TRACE_CONFIG_HTTP: "",
    }),
    JUJU_UNIT_NAME: unit.name,
    JUJU_VERSION: model.jujuVersion,
    LANG: "C.UTF-8",
    PATH: `${paths.toolsDir}:${model.path}`,
    TERM: "tmux-256color",
    ...relationVariables(context),
    ...(hook?.secret && {
      JUJU_SECRET_ID: `secret:${hook.secret.id}`,
      JUJU_SECRET_LABEL: hook.secret.label,
    }),
    ...(action && {
      JUJU_ACTION_NAME: action.name,
      JUJU_ACTION_TAG: `action-${action.id}`,
      JUJU_ACTION_UUID: action.id,
    }),
  };
}

function relationVariables(
  { hook, relations, unit }: HookContext,
): Record<string, string> {
  const found = relations.get(hook?.relationId ?? -1);
  if (!hook || !found) return {};
  const endpoint = endOf(found.relation, unit.application)?.endpoint.name ?? "";
  return {
    JUJU_RELATION: endpoint,
    JUJU_RELATION_ID: `${endpoint}:${hook.relationId}`,
    JUJU_REMOTE_APP: hook.remoteApplication ?? "",
    // The variable is always set, and may be empty.
    JUJU_REMOTE_UNIT: hook.remoteUnit ?? "",
    ...(hook.departingUnit !== undefined && {
      JUJU_DEPARTING_UNIT: hook.departingUnit,
    }),
  };
}
