/**
 * A Juju model in one process that runs any machine charm.
 *
 * The model runs the hooks of a charm in Juju's order and with Juju's environment. Hook tools answer
 * as those of Juju 3.6 or 4.0 do, and their writes take effect when the hook succeeds. A test
 * controls the model with the names of Juju's commands, injects faults, and reads the result. See
 * the README for an example and the limits.
 *
 * @module
 */

export type {
  ActionResult,
  ApplicationOptions,
  Changes,
  DeployOptions,
  Model,
  ModelOptions,
  PendingHook,
  RelationHandle,
  SettleOptions,
  ShownStatus,
} from "./model/api.ts";
export { createModel } from "./model/create_model.ts";
export type { RemoveOptions } from "./state/relations.ts";
export type { CloudSpec, LogLine, Settings } from "./state/state.ts";
export type { ConfigValue, Role } from "./charm/charm.ts";
export type { JujuVersion } from "./charm/juju_version.ts";
export { expandArchive } from "./charm/archive.ts";
export type { Faults, FaultTarget, KillFault, ToolFault } from "./agent/faults.ts";
export type { HookRun, ToolCall } from "./agent/hook_run.ts";
export {
  type CallTool,
  type Execution,
  type Exit,
  type Runner,
  runProcess,
} from "./agent/runner.ts";
export { type Answer, type Request, serve } from "./agent/socket.ts";
export type { ToolResult } from "./tools/run_tool.ts";
export { sweepDirectories } from "./disk/directories.ts";
export { random } from "./testing/random.ts";
export { type SampleCharm, sampleCharm, type SampleFiles, script } from "./testing/sample_charm.ts";
