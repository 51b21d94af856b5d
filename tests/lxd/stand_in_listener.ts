/**
 * A TLS listener that can be closed, silenced and opened again, and that leaves no connection open.
 *
 * @module
 */
import { once } from "node:events";
import { createServer as createHttpsServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import type { ServerIdentity } from "./daemon.ts";

/** A listener on one address. */
export interface Listener extends AsyncDisposable {
  /** Listens with a server certificate. Open connections keep the one that they have. */
  readonly open: (identity: ServerIdentity) => Promise<void>;
  /** Accepts connections and sends nothing. */
  readonly silence: () => Promise<void>;
  /** Refuses connections and cuts the open ones. */
  readonly close: () => Promise<void>;
}

/** Answers a request. The parameter is the client's certificate in DER, if there is one. */
export type Handle = (
  request: IncomingMessage,
  response: ServerResponse,
  presented: Uint8Array | undefined,
) => Promise<void>;

const BUSY_TRIES = 200;
const BUSY_WAIT_MS = 25;

/** Makes a listener, closed at first. */
export function createListener(address: string, port: number, handle: Handle): Listener {
  const sockets = new Set<Socket>();
  let server: Server | undefined;

  const stopListening = async () => {
    if (server === undefined) return;
    const closing = server;
    server = undefined;
    // Its callback would wait for the connections, which may live on.
    closing.close();
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const listen = async (create: () => Server) => {
    await stopListening();
    for (let attempt = 1; server === undefined; attempt++) {
      const next = track(create(), sockets).listen(port, address);
      if (await isListening(next)) server = next;
      else if (attempt === BUSY_TRIES) throw new Error(`Cannot listen on ${address}: it is in use`);
      else await delay(BUSY_WAIT_MS);
    }
  };
  const close = async () => {
    await stopListening();
    const closed = [...sockets].map((socket) => once(socket, "close"));
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
  };

  return {
    open: (identity) => listen(() => createTlsServer(identity, handle)),
    silence: () => listen(() => createServer()),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createTlsServer({ certificate, key }: ServerIdentity, handle: Handle): Server {
  return createHttpsServer({
    cert: certificate,
    key,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: "TLSv1.3",
  }, (request, response) => {
    // LXD's clients may come without a certificate.
    const presented = (request.socket as TLSSocket).getPeerCertificate()?.raw;
    void handle(request, response, presented);
  });
}

/** Keeps the open connections of a server in a set. */
function track(server: Server, sockets: Set<Socket>): Server {
  return server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // Faults and clients cut connections; that is no error of the test.
    socket.on("error", () => {});
  });
}

/** Waits until a server listens; false if another process has the address. */
async function isListening(server: Server): Promise<boolean> {
  try {
    await once(server, "listening");
    return true;
  } catch (error) {
    // A process that another test is starting may hold, for a moment, the socket that was closed.
    if ((error as { readonly code?: unknown }).code === "EADDRINUSE") return false;
    throw error;
  }
}
