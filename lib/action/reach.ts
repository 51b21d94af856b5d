/**
 * Tries to connect, without TLS.
 *
 * @module
 */
import { connect } from "node:net";

/**
 * Connects to a server by TCP, and closes the connection.
 *
 * @param url Address of the server, with its port.
 * @param signal Ends the wait.
 * @returns Why there was no connection, or undefined if there was one.
 */
export function reach(url: string, signal: AbortSignal): Promise<string | undefined> {
  const { hostname, port } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = connect({ host, port: Number(port) }, () => {
    resolve(undefined);
    socket.destroy();
  });
  const end = (): void => {
    resolve("time-out");
    socket.destroy();
  };
  signal.addEventListener("abort", end);
  socket.on("error", (error: Error & { readonly code?: string }) => {
    resolve(error.code ?? error.message);
  });
  socket.on("close", () => signal.removeEventListener("abort", end));
  return promise;
}
