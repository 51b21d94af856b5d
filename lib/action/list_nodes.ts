/**
 * The action `list-nodes`.
 *
 * @module
 */
import { limit } from "../async/limit.ts";
import { createTransport } from "../hook.ts";
import { askMember, type ListedMember, listMembers } from "../lxd/members.ts";
import { createRequest, type Reply, type Transport } from "../lxd/request.ts";
import { outcomeOf } from "../outcome.ts";
import { line } from "../requirer/line.ts";
import type { Node } from "../trust/want.ts";
import { describeFailure } from "./failure.ts";
import { MAXIMUM_ROWS, restOf, type Row, writeRows } from "./rows.ts";
import type { Action } from "./run.ts";
import { type Visit, visitLxd } from "./visit.ts";

const MAXIMUM_QUESTIONS = 8;
// Names and words of LXD, in bytes of UTF-8.
const MAXIMUM_WORDS = 200;

/** A member, or the standalone server, and the node that is published for it. */
interface Known {
  readonly member: ListedMember;
  readonly node: Node | undefined;
}

/** Lists the members of LXD, and tells which of them are published, and why others are not. */
export const listNodes: Action<Readonly<Record<never, never>>> = {
  parameters: {},
  perform: async ({ hook, surroundings, connections }) => {
    const visit = await visitLxd(hook);
    if (visit.kind === "no-visit") return { failure: describeFailure(visit.outcome, hook) };
    const transport = createTransport(surroundings, connections, visit.credentials);
    const { isClustered } = visit.lxd;
    const found = await findMembers(visit, transport);
    if (found.kind !== "done") {
      return {
        failure: describeFailure(outcomeOf(found, visit.attempt), { ...hook, isClustered }),
      };
    }
    const known = found.value;
    const ask = limit(MAXIMUM_QUESTIONS, (one: Known) => rowOf(transport, one));
    const rows = await Promise.all(known.slice(0, MAXIMUM_ROWS).map((one) => ask(one)));
    return {
      results: {
        total: String(known.length),
        published: String(known.filter(({ node }) => node).length),
        clustered: String(isClustered),
        ...restOf(known.length),
        nodes: writeRows(rows),
      },
    };
  },
};

async function findMembers(
  { lxd }: Visit,
  transport: Transport,
): Promise<Reply<readonly Known[]>> {
  const listed = await lxd.nodes();
  if (listed.kind !== "done") return listed;
  const { nodes } = listed.value;
  if (!lxd.isClustered) {
    const known = nodes.map((node) => ({
      node,
      member: { server_name: node.name, url: node.endpoint, status: "Online" },
    }));
    return { kind: "done", value: known };
  }
  const members = await listMembers(createRequest(transport, lxd.endpoint));
  if (members.kind !== "done") return members;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const known = members.value.map((member) => ({ member, node: byName.get(member.server_name) }))
    .toSorted((a, b) => a.member.server_name < b.member.server_name ? -1 : 1);
  return { kind: "done", value: known };
}

async function rowOf(transport: Transport, { member, node }: Known): Promise<Row> {
  const { server_name: name, url, status, message = "" } = member;
  const address = node?.endpoint ?? url;
  const answer = await askMember(transport, address);
  const says = `LXD reports it as ${line(status, MAXIMUM_WORDS)}: ${line(message, MAXIMUM_WORDS)}`;
  const silence = answer.kind === "silent" && `no answer: ${answer.cause}`;
  return {
    name: line(name, MAXIMUM_WORDS),
    address: line(address, MAXIMUM_WORDS),
    status: line(status, MAXIMUM_WORDS),
    published: node ? "yes" : "no",
    reason: node ? undefined : says,
    problem: silence || undefined,
    ...answer.kind === "answers" && {
      version: line(answer.version, MAXIMUM_WORDS),
      "round-trip-ms": String(answer.roundTripMs),
    },
  };
}
