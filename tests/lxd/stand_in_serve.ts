/**
 * Serves the stand-in's state: to clients over TLS, and to the administrator.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { LXD_PORT } from "./loopback.ts";
import { parseReply } from "./reply.ts";
import { answerWithFaults, readRequest } from "./stand_in_fault_injection.ts";
import { type Faults, type LoggedRequest, requestOf } from "./stand_in_faults.ts";
import { createListener } from "./stand_in_listener.ts";
import { createMember, type StandInMember } from "./stand_in_member.ts";
import { answer } from "./stand_in_server.ts";
import { callerOf, fingerprintOfRaw, type ListedMember, type State } from "./stand_in_state.ts";
import type { LxdRequest } from "./world.ts";

/** The parts that all members share. */
export interface Shared {
  /** The state that they serve. */
  readonly state: State;
  /** The faults in force. */
  readonly faults: Faults;
  /** The requests of clients, oldest first. */
  readonly log: { requests: LoggedRequest[] };
  /** Aborted when the stand-in ends. */
  readonly signal: AbortSignal;
}

/** The members, not listening yet. */
export interface Members {
  /** One for each that the state lists. */
  readonly members: readonly StandInMember[];
  /** Makes every member present the identity of the state. */
  readonly present: () => Promise<void>;
}

/**
 * Makes the members.
 *
 * @param stack Disposes of their listeners.
 */
export function createMembers(shared: Shared, stack: AsyncDisposableStack): Members {
  const { state, faults, log, signal } = shared;
  const present = async () => {
    await Promise.all(members.map((member) => member.present()));
  };
  const serve = async (
    listed: ListedMember,
    { request, response, presented }: Received,
    crash: () => void,
  ) => {
    const logged = await readRequest(listed.name, request, fingerprintOfRaw(presented));
    if (logged === undefined) return;
    log.requests.push(logged);
    const asked = requestOf(logged, request.headers);
    const call = { state, request: asked, member: listed, present };
    await answerWithFaults({
      faults: faults.of(logged),
      logged,
      act: () => answer({ ...call, caller: callerOf(state, presented) }),
      response,
      crash,
      signal,
    });
  };
  const members = state.members.map((listed): StandInMember => {
    const listener = stack.use(
      createListener(
        listed.address,
        LXD_PORT,
        (request, response, presented) =>
          serve(listed, { request, response, presented }, () => member.crash()),
      ),
    );
    const member = createMember(state, listed, listener);
    return member;
  });
  return { members, present };
}

interface Received {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly presented: Uint8Array | undefined;
}

/**
 * Makes the administrator's requests. They meet no fault, and are not in the log.
 *
 * @param state The state.
 * @param present Makes every member present the identity of the state.
 */
export function createAdmin(state: State, present: () => Promise<void>): LxdRequest {
  return async (method, path, body) => {
    const [member] = state.members;
    if (member === undefined) throw new RangeError("Cannot ask a cluster without members");
    const logged = { member: member.name, method, path, body, fingerprint: undefined };
    const call = { state, request: requestOf(logged, {}), member, present };
    const given = await answer({ ...call, caller: { kind: "administrator" } });
    if (given.cut) throw new Error("socket hang up");
    const text = typeof given.body === "string" ? given.body : JSON.stringify(given.body);
    return parseReply(given.status, given.headers, text);
  };
}
