/**
 * Answers the program `juju` of a test.
 *
 * @module
 */
import type { RunJuju } from "./juju.ts";

/** A server on the loopback address. Disposal ends it. */
export interface JujuServer extends AsyncDisposable {
  /** Its address. */
  readonly url: string;
}

const FAILED = 1;

/** Starts a server. A command that fails prints the error, and exits with 1, as Juju's do. */
export function startJujuServer(juju: RunJuju): JujuServer {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { args, folder } = await request.json();
      try {
        return Response.json({ code: 0, out: await juju(args, folder), err: "" });
      } catch (error) {
        return Response.json({ code: FAILED, out: "", err: `ERROR ${messageOf(error)}\n` });
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
