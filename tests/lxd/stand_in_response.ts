/**
 * Ways in which the stand-in writes an answer to a connection, whole or damaged.
 *
 * @module
 */
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Answer } from "./stand_in_answer.ts";

/** Options of endless white space. */
export interface Pace {
  /** Size of a piece. */
  readonly bytes: number;
  /** Time before each piece, in milliseconds. */
  readonly pauseMs: number;
}

const JSON_HEADERS = { "content-type": "application/json" };

/** Sends an answer as LXD does. */
export function send(
  response: ServerResponse,
  { status, headers, body, cut: isCut }: Answer,
): void {
  if (isCut) return cut(response);
  if (response.destroyed) return;
  if (typeof body === "string") {
    response.writeHead(status, { "content-type": "text/plain", ...headers });
    response.end(body);
    return;
  }
  response.writeHead(status, { ...JSON_HEADERS, ...headers });
  // LXD ends JSON with a newline.
  response.end(`${JSON.stringify(body)}\n`);
}

/** Cuts the connection. */
export function cut(response: ServerResponse): void {
  response.socket?.destroy();
}

/** Sends a body that is not JSON. */
export function sendMalformed(response: ServerResponse, { status }: Answer): void {
  response.writeHead(status, JSON_HEADERS);
  response.end('{"type":"sync","status":"Succ');
}

/** Sends half of the body, and cuts the connection. */
export function sendTruncated(response: ServerResponse, { status, body }: Answer): void {
  const whole = JSON.stringify(body);
  response.writeHead(status, { ...JSON_HEADERS, "content-length": String(whole.length) });
  response.write(whole.slice(0, whole.length / 2), () => cut(response));
}

/** Sends white space until the client closes the connection or the signal is aborted. */
export function pour(
  response: ServerResponse,
  { status, bytes, pauseMs }: Pace & Pick<Answer, "status">,
  signal: AbortSignal,
): void {
  const chunk = " ".repeat(bytes);
  response.writeHead(status, JSON_HEADERS);
  const next = async (): Promise<void> => {
    await delay(pauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted || response.destroyed) return;
    response.write(chunk, next);
  };
  void next();
}
