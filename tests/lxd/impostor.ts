/**
 * Servers that replace an LXD: one with another certificate, and one that sends nothing.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { ServerIdentity } from "./daemon.ts";
import { claimLoopback, LXD_PORT } from "./loopback.ts";
import { createIdentity } from "./stand_in_member.ts";

/** A server at its own loopback address. */
export interface FalseServer extends AsyncDisposable {
  /** Its address. */
  readonly address: string;
  /** Where it listens, as an LXD would: "https://<address>:8443". */
  readonly endpoint: string;
  /** Number of accepted TCP connections. */
  readonly connections: number;
}

/** A TLS server with its own certificate. */
export interface Impostor extends FalseServer {
  /** The certificate it presents, as PEM. */
  readonly serverCertificate: string;
  /**
   * Application data that it received, from all connections. A client that pins another
   * certificate must have sent none.
   */
  readonly received: Uint8Array;
  /** Number of completed TLS handshakes. */
  readonly handshakes: number;
}

/** Options of an impostor. */
export interface ImpostorOptions {
  /** The certificate it presents. @default {one as LXD makes it} */
  readonly identity?: ServerIdentity;
  /**
   * Where it listens on port 8443, such as the address of a member that was stopped.
   *
   * @default {its own address}
   */
  readonly address?: string;
}

/** Starts an impostor. It completes handshakes, records the data that it gets, and never answers. */
export async function startImpostor(options: ImpostorOptions = {}): Promise<Impostor> {
  const identity = options.identity ?? await createIdentity();
  const chunks: Uint8Array[] = [];
  let handshakes = 0;
  const server = createTlsServer({
    cert: identity.certificate,
    key: identity.key,
    requestCert: true,
    rejectUnauthorized: false,
  }, (socket) => {
    handshakes++;
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {});
  });
  const served = await serve(server, options.address);
  return {
    address: served.address,
    endpoint: served.endpoint,
    serverCertificate: identity.certificate,
    get connections() {
      return served.connections;
    },
    get handshakes() {
      return handshakes;
    },
    get received() {
      return new Uint8Array(chunks.flatMap((chunk) => [...chunk]));
    },
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

/** Starts a server that accepts connections and sends nothing, not even for TLS. */
export async function startSilentServer(
  options: Pick<ImpostorOptions, "address"> = {},
): Promise<FalseServer> {
  // It reads, to notice that a client has closed the connection.
  return await serve(createServer((socket) => socket.resume()), options.address);
}

/**
 * Listens on port 8443.
 *
 * @param server The server. It ends, with its connections, when the result is disposed of.
 * @param wanted Its address; its own loopback address if it is undefined.
 */
export async function serve(server: Server, wanted?: string): Promise<FalseServer> {
  using claim = new DisposableStack();
  const address = wanted ?? claim.use(claimLoopback()).address(1);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  server.listen(LXD_PORT, address);
  await once(server, "listening");
  const claimed = claim.move();
  return {
    address,
    endpoint: `https://${address}:${LXD_PORT}`,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      using _claimed = claimed;
      server.close();
      const closed = [...sockets].map((socket) => once(socket, "close"));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}
