/**
 * Answers a request over the wire, with the faults that are in force for it.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, failure } from "./stand_in_answer.ts";
import { errorOf, type Fault, type LoggedRequest } from "./stand_in_faults.ts";
import { cut, type Pace, pour, send, sendMalformed, sendTruncated } from "./stand_in_response.ts";

/** One request, and the means to answer it. */
export interface Exchange {
  /** Faults of the request. */
  readonly faults: readonly Fault[];
  /** The request. */
  readonly logged: LoggedRequest;
  /** Acts as LXD would. */
  readonly act: () => Promise<Answer>;
  /** Where the answer goes. */
  readonly response: ServerResponse;
  /** Makes the member refuse connections. */
  readonly crash: () => void;
  /** Aborted when the stand-in ends, so that no delay outlives it. */
  readonly signal: AbortSignal;
}

const DRIP: Pace = { bytes: 1, pauseMs: 100 };
const FLOOD: Pace = { bytes: 2 ** 20, pauseMs: 0 };

/** Answers a request. Delays and hooks come first, then the first fault of another kind. */
export async function answerWithFaults(exchange: Exchange): Promise<void> {
  const { faults, logged, act, signal } = exchange;
  const hooks = faults.filter((fault) => fault.kind === "hook");
  for (const fault of faults) {
    if (fault.kind !== "delay") continue;
    await delay(fault.ms, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
  }
  for (const { before } of hooks) await before?.(logged);
  await respond(faults.find(({ kind }) => kind !== "hook" && kind !== "delay"), {
    ...exchange,
    act: async () => {
      const answer = await act();
      for (const { after } of hooks) await after?.(logged);
      return answer;
    },
  });
}

async function respond(
  fault: Fault | undefined,
  { act, response, crash, signal }: Exchange,
): Promise<void> {
  switch (fault?.kind) {
    case "reset":
      return cut(response);
    case "act-then-reset":
      await act();
      return cut(response);
    case "crash":
      cut(response);
      return crash();
    case "silent":
      return;
    case "status":
      return send(response, failure(fault.status, errorOf(fault)));
    case "malformed":
      return sendMalformed(response, await act());
    case "truncated":
      return sendTruncated(response, await act());
    case "drip":
      return pour(response, { ...await act(), ...DRIP }, signal);
    case "flood":
      return pour(response, { ...await act(), ...FLOOD }, signal);
    default:
      return send(response, await act());
  }
}

/** Reads a request; undefined if the client cut it short. */
export async function readRequest(
  member: string,
  request: IncomingMessage,
  fingerprint: string | undefined,
): Promise<LoggedRequest | undefined> {
  const { method = "GET", url: path = "/" } = request;
  try {
    const body = await text(request);
    return { member, method, path, body: parse(body), fingerprint };
  } catch {
    return undefined;
  }
}

function parse(body: string): unknown {
  if (body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
