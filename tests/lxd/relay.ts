/**
 * Servers between a client and LXD.
 *
 * @module
 */
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { type FalseServer, serve } from "./impostor.ts";
import { createIdentity } from "./stand_in_member.ts";

/** A relay that ends TLS. */
export interface ReadingRelay extends FalseServer {
  /** The certificate that it presents, as PEM. */
  readonly serverCertificate: string;
  /** The text that it has read from clients. */
  readonly read: string;
}

/**
 * Starts a relay that ends TLS with a certificate of its own, reads what clients send, and passes it
 * on to an LXD. A client that verifies nothing gets LXD's answers.
 */
export async function startReadingRelay(endpoint: string): Promise<ReadingRelay> {
  const identity = await createIdentity();
  const decoder = new TextDecoder();
  let read = "";
  const options = { cert: identity.certificate, key: identity.key };
  const server = createTlsServer(options, (socket) => {
    socket.on("data", (chunk) => read += decoder.decode(chunk));
    const { hostname, port } = new URL(endpoint);
    join(socket, connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false }));
  });
  const relay = await serve(server);
  return {
    address: relay.address,
    endpoint: relay.endpoint,
    serverCertificate: identity.certificate,
    get connections() {
      return relay.connections;
    },
    get read() {
      return read;
    },
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  };
}

/**
 * Starts a relay that passes on the bytes of TLS. The nth connection leads to the nth endpoint, and
 * later connections lead to the last one.
 */
export async function startBlindRelay(
  endpoints: readonly [string, ...string[]],
): Promise<FalseServer> {
  let count = 0;
  return await serve(createServer((socket) => {
    const { hostname, port } = new URL(endpoints[count++] ?? endpoints.at(-1) ?? "");
    join(socket, connectTcp(Number(port), hostname));
  }));
}

/** Passes on the data of each side to the other. */
function join(one: Socket, other: Socket): void {
  for (const [from, to] of [[one, other], [other, one]] as const) {
    from.pipe(to);
    from.on("error", () => {});
    from.on("close", () => to.destroy());
  }
}
