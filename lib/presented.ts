/**
 * Looks who answers at an address.
 *
 * @module
 */
import { connect } from "node:tls";
import { PRESENT_LIMIT_MS } from "./time_limits.ts";
import { withResolvers } from "./with_resolvers.ts";

/**
 * Reads the fingerprint of the certificate that a server presents. Sends nothing but a TLS handshake
 * in which we do not say who we are.
 *
 * @param url Where the server is, with its port.
 * @param signal Ends the wait before its own limit does.
 * @returns The fingerprint, or undefined where none was presented in time.
 */
export function presented(
  url: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (signal?.aborted) return Promise.resolve(undefined);
  const { hostname, port } = new URL(url);
  const { promise, resolve } = withResolvers<string | undefined>();
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
    const fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
    resolve(fingerprint && normalise(fingerprint));
    socket.destroy();
  });
  const end = (): void => void socket.destroy();
  const timer = setTimeout(end, PRESENT_LIMIT_MS);
  signal?.addEventListener("abort", end);
  socket.on("error", () => resolve(undefined));
  socket.on("close", () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
    resolve(undefined);
  });
  return promise;
}

/**
 * Writes a fingerprint as LXD does.
 *
 * @param fingerprint As `node:tls` writes it: `AB:CD:...`.
 * @returns 64 lower-case hexadecimal digits.
 */
export function normalise(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}
