/**
 * Looks who answers at an address.
 *
 * @module
 */
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { type Certificate, readCertificate } from "./certificate.ts";

// With those of its authorities.
const DETAILED = true;

// No chain is longer.
const MAXIMUM_CHAIN = 10;

/**
 * Reads the fingerprint of the certificate that a server presents. Sends nothing but a TLS handshake
 * in which we do not say who we are.
 *
 * @param url Address of the server, with its port.
 * @param signal Ends the wait. @default {the system's limit for a connection}
 * @returns The fingerprint, or undefined if the server presented none in time.
 */
export function presented(
  url: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (signal?.aborted) return Promise.resolve(undefined);
  const { hostname, port } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
    resolve(presentedBy(socket)[0]?.fingerprint);
    socket.destroy();
  });
  const end = (): void => void socket.destroy();
  signal?.addEventListener("abort", end);
  socket.on("error", () => resolve(undefined));
  socket.on("close", () => {
    signal?.removeEventListener("abort", end);
    resolve(undefined);
  });
  return promise;
}

/**
 * Reads the certificates that a server has presented.
 *
 * @param socket A connection whose handshake is done.
 * @returns The server's own, and those of its authorities after it.
 */
export function presentedBy(socket: TLSSocket): readonly Certificate[] {
  const found: Certificate[] = [];
  // Empty where none was presented; the types do not say so.
  let next: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(DETAILED);
  while (next?.raw && found.length < MAXIMUM_CHAIN) {
    // Whatever the types say, it is no Buffer everywhere.
    const body = btoa(Array.from(next.raw, (byte) => String.fromCharCode(byte)).join(""));
    const certificate = readCertificate({ label: "CERTIFICATE", body });
    if (!certificate) break;
    found.push(certificate);
    // Who signed itself is its own issuer.
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return found;
}
