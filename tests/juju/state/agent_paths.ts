/**
 * Paths of the files of a unit's agent.
 *
 * @module
 */

import { join } from "node:path/posix";
import type { ModelState } from "./state.ts";

/** Directories and socket of a unit's agent. */
export interface AgentPaths {
  readonly charmDir: string;
  readonly toolsDir: string;
  readonly socket: string;
}

/** Returns the directory of a unit's agent. */
export function agentDirectory({ root }: ModelState, unit: string): string {
  return join(root, "agents", `unit-${unit.replace("/", "-")}`);
}

/** Returns the paths below an agent's directory. */
export function agentPaths(agentDir: string): AgentPaths {
  return {
    charmDir: join(agentDir, "charm"),
    toolsDir: join(agentDir, "tools"),
    socket: join(agentDir, "agent.socket"),
  };
}
