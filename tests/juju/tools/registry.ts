/**
 * All hook tools by name.
 *
 * @module
 */

import { actionFail, actionGet, actionLog, actionSet } from "./action.ts";
import { applicationVersionSet, isLeaderTool } from "./application.ts";
import { configGet } from "./config.ts";
import { credentialGet } from "./credential.ts";
import { goalState } from "./goal_state.ts";
import { jujuLog } from "./log.ts";
import { networkGet, unitGet } from "./network.ts";
import { closePort, openedPorts, openPort } from "./ports.ts";
import { relationIds, relationList, relationModelGet } from "./relation.ts";
import { relationGet } from "./relation_get.ts";
import { relationSet } from "./relation_set.ts";
import { secretGet } from "./secret_get.ts";
import { secretGrant, secretRevoke } from "./secret_grant.ts";
import { secretIds, secretInfoGet } from "./secret_info.ts";
import { secretAdd, secretRemove, secretSet } from "./secret_write.ts";
import { stateDelete, stateGet, stateSet } from "./state.ts";
import { statusGet, statusSet } from "./status.ts";
import type { Tool } from "./tool.ts";

const TOOLS: Readonly<Record<string, Tool>> = {
  "action-fail": actionFail,
  "action-get": actionGet,
  "action-log": actionLog,
  "action-set": actionSet,
  "application-version-set": applicationVersionSet,
  "close-port": closePort,
  "config-get": configGet,
  "credential-get": credentialGet,
  "goal-state": goalState,
  "is-leader": isLeaderTool,
  "juju-log": jujuLog,
  "network-get": networkGet,
  "open-port": openPort,
  "opened-ports": openedPorts,
  "relation-get": relationGet,
  "relation-ids": relationIds,
  "relation-list": relationList,
  "relation-model-get": relationModelGet,
  "relation-set": relationSet,
  "secret-add": secretAdd,
  "secret-get": secretGet,
  "secret-grant": secretGrant,
  "secret-ids": secretIds,
  "secret-info-get": secretInfoGet,
  "secret-remove": secretRemove,
  "secret-revoke": secretRevoke,
  "secret-set": secretSet,
  "state-delete": stateDelete,
  "state-get": stateGet,
  "state-set": stateSet,
  "status-get": statusGet,
  "status-set": statusSet,
  "unit-get": unitGet,
};

/** Names of all hook tools. */
export const TOOL_NAMES: readonly string[] = Object.keys(TOOLS);

/** Finds a hook tool; undefined if Juju has no such tool. */
export function findTool(name: string): Tool | undefined {
  return Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
}
