/**
 * The agent of one unit: its files, and the socket that its tools call.
 *
 * @module
 */

import { dirname, join } from "node:path/posix";
import { deployCharm } from "../charm/store.ts";
import { type AgentPaths, agentPaths } from "../state/agent_paths.ts";
import { getApplication } from "../state/queries.ts";
import type { ModelState, Unit } from "../state/state.ts";
import { failure } from "../tools/run_tool.ts";
import { installTools } from "./install_tools.ts";
import { serve } from "./socket.ts";
import type { ToolSession } from "./tool_session.ts";

/** The agent of a unit. Disposal kills its running hook, and keeps its files. */
export interface Agent extends AsyncDisposable {
  readonly paths: AgentPaths;
  /** Copies the application's charm to the unit, unless the unit has it already. */
  readonly deploy: () => Promise<void>;
  /** Does some work. Meanwhile a session answers the calls of the socket. */
  readonly during: <T>(
    session: ToolSession,
    work: () => Promise<T>,
  ) => Promise<T>;
}

/** Starts the agent of a unit, and copies the charm to the unit. */
export async function startAgent(
  model: ModelState,
  unit: Unit,
): Promise<Agent> {
  const paths = agentPaths(unit.agentDir ?? "");
  let deployed: string | undefined;
  let current: ToolSession | undefined;

  async function deploy(): Promise<void> {
    const { charm, charmRevision } = getApplication(model, unit.application);
    unit.charmRevision = charmRevision;
    if (!charm || deployed === charm.directory) return;
    await deployCharm(charm.directory, paths.charmDir, deployed);
    deployed = charm.directory;
  }

  await installTools(model.root);
  await Deno.mkdir(dirname(paths.socket), { recursive: true });
  await Deno.symlink(join(model.root, "tools"), paths.toolsDir);
  await deploy();
  const server = serve(paths.socket, ({ contextId, ...invocation }) => {
    if (current?.contextId === contextId) return current.call(invocation);
    const message = `bad request: wrong context ID; got "${contextId}"`;
    return Promise.resolve(failure(1, message));
  });
  return {
    paths,
    deploy,
    async during(session, work) {
      current = session;
      try {
        const result = await work();
        // A call may still be active after its client ended.
        await session.idle();
        return result;
      } finally {
        current = undefined;
      }
    },
    async [Symbol.asyncDispose]() {
      current?.kill();
      await server[Symbol.asyncDispose]();
    },
  };
}
