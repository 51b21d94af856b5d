/**
 * Runs programs in the state before a recorded hook.
 *
 * @module
 */
import type { LxdWorld } from "../lxd/world.ts";
import type { Recorded } from "./capture.ts";
import { measure, type Program, type Run } from "./measure.ts";
import type { ToolServer } from "./tool_server.ts";
import type { MeasuredTools } from "./tools.ts";
import { restore } from "./trust_store.ts";

/** The parts that all measurements share. */
export interface Means {
  /** Answers the tools. */
  readonly server: ToolServer;
  /** Path of its socket. */
  readonly socket: string;
  /** Returns tools that are measured, in place of those in a folder of a model. */
  readonly toolsOf: (folder: string) => Promise<MeasuredTools>;
  /** Path of a file for accounts. */
  readonly report: string;
  /** Number of rounds. */
  readonly runs: number;
}

/** Where programs run in place of a hook. */
export interface Stage {
  /** Runs a program once. */
  readonly run: (program: Program, effect: "changes LXD" | "reads only") => Promise<Run>;
}

/** A recorded hook, and what surrounds it. */
export interface Setting {
  /** The hook. */
  readonly recorded: Recorded;
  /** Its LXD. */
  readonly lxd: LxdWorld;
  /** Milliseconds that Juju's agent takes to answer one tool. */
  readonly toolDelayMs: number;
}

/** Makes the stage of a hook. */
export function createStage({ recorded, lxd, toolDelayMs }: Setting, means: Means): Stage {
  const { server, socket, report } = means;
  let isAsBefore = false;
  return {
    run: async ({ path, cwd, env }, effect) => {
      if (!isAsBefore) await restore(lxd, recorded.before);
      isAsBefore = effect === "reads only";
      server.reset(recorded.tools, toolDelayMs);
      const [theirs = "", ...others] = (env["PATH"] ?? "").split(":");
      const { folder, spent } = await means.toolsOf(theirs);
      const changed = {
        ...env,
        PATH: [folder, ...others].join(":"),
        JUJU_AGENT_SOCKET_ADDRESS: socket,
      };
      return await measure({ path, cwd, env: changed }, report, spent);
    },
  };
}
