/**
 * A Juju model in a process, that runs any built charm as Juju would.
 *
 * Hooks are real processes with an exact environment; hook tools are found on
 * PATH and answer over the agent's socket; writes take effect when a hook ends
 * well. Nothing here knows of a particular charm.
 *
 * @module
 */

export type { HookRun, ToolCall } from "./execute.ts";
export type { Faults, FaultTarget, KillFault, ToolFault } from "./faults.ts";
export type * from "./api.ts";
export { createModel } from "./model.ts";
export { type CallTool, type Execution, type Exit, type Runner, runProcess } from "./runner.ts";
export type { CloudSpec, ConfigValue, JujuVersion, LogLine, Role, Settings } from "./state.ts";
export type { ToolResult } from "./tools/mod.ts";
