/**
 * What is recorded of each run of a hook or an action.
 *
 * @module
 */

/** One call of a hook tool. */
export interface ToolCall {
  readonly tool: string;
  readonly args: readonly string[];
  /** Absent if the tool did not read its input. */
  readonly stdin?: string;
  /** Null if the hook was killed before the answer. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One run of a hook or action. */
export interface HookRun {
  readonly unit: string;
  /** Name of the hook or action. */
  readonly hook: string;
  readonly kind: "hook" | "action";
  /** All variables that the process was given, or would have been. */
  readonly environment: Readonly<Record<string, string>>;
  /** Id of the relation that the hook is about: `api:3`. */
  readonly relation?: string;
  /** Absent where JUJU_REMOTE_UNIT is empty or missing. */
  readonly remoteUnit?: string;
  /**
   * `skipped`: the charm has no such hook. `killed`: it will be run again.
   * `failed`: it exited with another code than 0, or could not be run, or its
   * writes were refused.
   */
  readonly outcome: "done" | "skipped" | "failed" | "killed";
  /** Why it failed; empty if it did not. */
  readonly error: string;
  /** Null if there was no process, or if it was killed. */
  readonly exitCode: number | null;
  /** Name of the signal that ended the process, if one did. */
  readonly signal: string | null;
  /** Calls of hook tools, in their order. */
  readonly tools: readonly ToolCall[];
  readonly stdout: string;
  readonly stderr: string;
  /** Workload status that the unit had afterwards. */
  readonly statusAfter: { readonly status: string; readonly message: string };
  /** How long it took, with the flush; in milliseconds. */
  readonly durationMs: number;
}
