/**
 * The action `get-connection-info`.
 *
 * @module
 */
import { outcomeOf } from "../outcome.ts";
import { list } from "../requirer/line.ts";
import { describeFailure } from "./failure.ts";
import type { Action } from "./run.ts";
import { visitLxd } from "./visit.ts";

// In bytes of UTF-8.
const MAXIMUM_LIST = 4000;

/** Tells where LXD is, and how to recognize it. */
export const getConnectionInfo: Action<Readonly<Record<never, never>>> = {
  parameters: {},
  perform: async ({ hook }) => {
    const visit = await visitLxd(hook);
    if (visit.kind === "no-visit") return { failure: describeFailure(visit.outcome, hook) };
    const { lxd, credentials: { server }, attempt } = visit;
    const listed = await lxd.nodes();
    if (listed.kind !== "done") {
      return {
        failure: describeFailure(outcomeOf(listed, attempt), {
          ...hook,
          isClustered: lxd.isClustered,
        }),
      };
    }
    const { nodes } = listed.value;
    return {
      results: {
        endpoints: list(nodes.map(({ endpoint }) => endpoint), MAXIMUM_LIST),
        "server-fingerprint": server.fingerprint,
        version: lxd.version,
        clustered: String(lxd.isClustered),
      },
    };
  },
};
