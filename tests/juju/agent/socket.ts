/**
 * The agent's server for hook tools: a unix socket to which tool_client.pl connects.
 *
 * @module
 */

import type { ToolResult } from "../tools/run_tool.ts";

const WANTS_STDIN = 0xffffffff;

/** A call of a hook tool. */
export interface Request {
  /** The variable JUJU_CONTEXT_ID of the tool's process. */
  readonly contextId: string;
  /** The working directory of that process. */
  readonly cwd: string;
  /** Name of the tool. */
  readonly tool: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Asks the process for its standard input. */
  readonly stdin: () => Promise<string>;
}

/** Answers a call. The value undefined closes the connection without an answer. */
export type Answer = (request: Request) => Promise<ToolResult | undefined>;

/** Serves a socket. Disposal closes it. */
export function serve(path: string, answer: Answer): AsyncDisposable {
  const listener = Deno.listen({ transport: "unix", path });
  const connections = new Set<Deno.Conn>();
  const done = accept(listener, connections, answer);
  return {
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections) close(connection);
      await done;
    },
  };
}

async function accept(
  listener: Deno.Listener,
  connections: Set<Deno.Conn>,
  answer: Answer,
): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const connection of listener) {
    connections.add(connection);
    const one = handle(connection, answer).finally(() => {
      close(connection);
      connections.delete(connection);
      running.delete(one);
    });
    running.add(one);
  }
  await Promise.all(running);
}

async function handle(
  connection: Deno.Conn,
  answer: Answer,
): Promise<void> {
  try {
    const body = await readBlock(connection);
    const [contextId = "", cwd = "", tool = "", ...args] = fields(body);
    const stdin = async () => {
      await writeAll(connection, number(WANTS_STDIN));
      return new TextDecoder().decode(await readBlock(connection));
    };
    const result = await answer({ contextId, cwd, tool, args, stdin });
    if (!result) return;
    const stdout = new TextEncoder().encode(result.stdout);
    const stderr = new TextEncoder().encode(result.stderr);
    await writeAll(
      connection,
      concat(
        number(result.code),
        number(stdout.length),
        stdout,
        number(stderr.length),
        stderr,
      ),
    );
  } catch (error) {
    // The client was killed with its hook.
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.UnexpectedEof ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    // The connection is closed already.
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

async function readBlock(connection: Deno.Conn): Promise<Uint8Array> {
  const head = await readFull(connection, 4);
  const size = new DataView(head.buffer, head.byteOffset).getUint32(0);
  return await readFull(connection, size);
}

async function readFull(
  connection: Deno.Conn,
  size: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const count = await connection.read(bytes.subarray(at));
    if (count === null) throw new Deno.errors.UnexpectedEof();
    at += count;
  }
  return bytes;
}

function fields(body: Uint8Array): string[] {
  const view = new DataView(body.buffer, body.byteOffset);
  const found: string[] = [];
  for (let at = 0; at < body.length;) {
    const size = view.getUint32(at);
    found.push(new TextDecoder().decode(body.subarray(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return found;
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

async function writeAll(
  connection: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await connection.write(bytes.subarray(at));
  }
}
