/**
 * Answers a request over the wire, or fails to, as the faults want it.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { Answer } from "./stand_in_answer.ts";
import { failure } from "./stand_in_answer.ts";
import { errorOf, type Fault, type LoggedRequest } from "./stand_in_faults.ts";

/** One request, and what can be done about it. */
export interface Exchange {
  /** The faults that befall it. */
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

const DRIP = { bytes: 1, pauseMs: 100 };
const FLOOD = { bytes: 2 ** 20, pauseMs: 0 };

/** Carries out one exchange. Delays and hooks come first, then the first fault of another kind. */
export async function befall(exchange: Exchange): Promise<void> {
  const { faults, logged, act, response, crash, signal } = exchange;
  const hooks = faults.filter((fault) => fault.kind === "hook");
  for (const fault of faults) {
    if (fault.kind !== "delay") continue;
    await delay(fault.ms, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
  }
  for (const { before } of hooks) await before?.(logged);
  const fault = faults.find(({ kind }) => kind !== "hook" && kind !== "delay");
  const acted = async () => {
    const answer = await act();
    for (const { after } of hooks) await after?.(logged);
    return answer;
  };
  switch (fault?.kind) {
    case "reset":
      return cut(response);
    case "act-then-reset":
      await acted();
      return cut(response);
    case "crash":
      cut(response);
      return crash();
    case "silent":
      return;
    case "status":
      return send(response, failure(fault.status, errorOf(fault)));
    case "malformed": {
      const { status } = await acted();
      response.writeHead(status, { "content-type": "application/json" });
      response.end('{"type":"sync","status":"Succ');
      return;
    }
    case "drip":
    case "flood": {
      const { status } = await acted();
      return pour(response, status, fault.kind === "drip" ? DRIP : FLOOD, signal);
    }
    case "truncated": {
      const { status, body } = await acted();
      const whole = JSON.stringify(body);
      response.writeHead(status, {
        "content-type": "application/json",
        "content-length": String(whole.length),
      });
      response.write(whole.slice(0, whole.length / 2), () => cut(response));
      return;
    }
    default:
      return send(response, await acted());
  }
}

/** Reads a request whole; `undefined` if the client cut it short. */
export async function logOf(
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

function send(response: ServerResponse, { status, headers, body, cut: cuts }: Answer): void {
  if (cuts) return cut(response);
  if (response.destroyed) return;
  if (typeof body === "string") {
    response.writeHead(status, { "content-type": "text/plain", ...headers });
    response.end(body);
    return;
  }
  response.writeHead(status, { "content-type": "application/json", ...headers });
  // LXD ends what it writes with a newline.
  response.end(`${JSON.stringify(body)}\n`);
}

/** Answers with white space, until nobody takes it any more. */
function pour(
  response: ServerResponse,
  status: number,
  { bytes, pauseMs }: typeof DRIP,
  signal: AbortSignal,
): void {
  const chunk = " ".repeat(bytes);
  response.writeHead(status, { "content-type": "application/json" });
  const next = async (): Promise<void> => {
    await delay(pauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted || response.destroyed) return;
    response.write(chunk, next);
  };
  void next();
}

function cut(response: ServerResponse): void {
  response.socket?.destroy();
}
