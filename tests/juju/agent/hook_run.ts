/**
 * Records of hooks, actions and their tool calls.
 *
 * @module
 */

/** A call of a hook tool. */
export interface ToolCall {
  /** Name of the hook tool. */
  readonly tool: string;
  /** Arguments of the tool. */
  readonly args: readonly string[];
  /** Standard input; absent if the tool did not read it. */
  readonly stdin?: string;
  /** Exit code; null if the hook was killed before the answer. */
  readonly exitCode: number | null;
  /** Standard output of the tool. */
  readonly stdout: string;
  /** Standard error of the tool. */
  readonly stderr: string;
}

/** A run of a hook or an action. */
export interface HookRun {
  /** Name of the unit. */
  readonly unit: string;
  /** Name of the hook or action. */
  readonly hook: string;
  /** Whether it was a hook or an action. */
  readonly kind: "hook" | "action";
  /** All environment variables of the process, even if no process started. */
  readonly environment: Readonly<Record<string, string>>;
  /** Id of the hook's relation: `api:3`. */
  readonly relation?: string;
  /** Absent if JUJU_REMOTE_UNIT is empty or missing. */
  readonly remoteUnit?: string;
  /**
   * `done`: the hook succeeded. `skipped`: the charm has no such hook. `killed`: the hook runs again.
   * `failed`: the exit code was not 0, or the hook could not start, or its writes were refused.
   */
  readonly outcome: "done" | "skipped" | "failed" | "killed";
  /** Why the hook failed; empty if it did not. */
  readonly error: string;
  /** Exit code; null if no process started or a signal ended it. */
  readonly exitCode: number | null;
  /** Name of the signal that ended the process; null if none did. */
  readonly signal: string | null;
  /** Calls of hook tools, in their order. */
  readonly tools: readonly ToolCall[];
  /** Standard output of the process. */
  readonly stdout: string;
  /** Standard error of the process. */
  readonly stderr: string;
  /** Status of the unit's workload after the run. */
  readonly statusAfter: { readonly status: string; readonly message: string };
  /** Duration with the flush, in milliseconds. */
  readonly durationMs: number;
}
