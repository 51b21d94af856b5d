/**
 * Reads the certificates that servers present.
 *
 * @module
 */
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { type Certificate, readCertificate } from "./certificate.ts";

// With the certificates of its authorities.
const DETAILED = true;

// Chains are shorter.
const MAXIMUM_CHAIN = 10;

/**
 * Reads the fingerprint of the certificate that a server presents. Sends nothing but a TLS handshake
 * without a client certificate.
 *
 * @param url Address of the server, with its port.
 * @param signal Ends the wait. @default {the system's limit for a connection}
 * @returns The fingerprint, or undefined if the server presented none in time.
 */
export function presented(
  url: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  return presentedCertificate(url, signal).then(
    (certificate) => certificate?.fingerprint,
    () => undefined,
  );
}

/**
 * Reads the certificate that a server presents. Sends nothing but a TLS handshake without a client
 * certificate. Nothing proves that the server holds the certificate's key.
 *
 * @param url Address of the server, with its port.
 * @param signal Ends the wait. @default {the system's limit for a connection}
 * @returns The certificate, or undefined if the server presented none that can be read. Rejects with
 * the signal's reason, or the connection's error.
 */
export function presentedCertificate(
  url: string,
  signal: AbortSignal | undefined,
): Promise<Certificate | undefined> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<Certificate | undefined>();
  if (signal?.aborted) {
    reject(signal.reason);
    return promise;
  }
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const socket = connect({ host, port: Number(port), rejectUnauthorized: false }, () => {
    resolve(presentedBy(socket)[0]);
    socket.destroy();
  });
  const end = (): void => {
    reject(signal?.reason);
    socket.destroy();
  };
  signal?.addEventListener("abort", end);
  socket.on("error", reject);
  socket.on("close", () => {
    signal?.removeEventListener("abort", end);
    resolve(undefined);
  });
  return promise;
}

/**
 * Reads the certificates that a server has presented.
 *
 * @param socket A connection after its handshake.
 * @returns The server's certificate, followed by those of its authorities.
 */
export function presentedBy(socket: TLSSocket): readonly Certificate[] {
  const found: Certificate[] = [];
  // It is empty if none was presented. The types do not tell that.
  let next: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(DETAILED);
  while (next?.raw && found.length < MAXIMUM_CHAIN) {
    // It is not a Buffer in every runtime, unlike its type.
    const body = btoa(Array.from(next.raw, (byte) => String.fromCharCode(byte)).join(""));
    const certificate = readCertificate({ label: "CERTIFICATE", body });
    if (!certificate) break;
    found.push(certificate);
    // A self-signed certificate is its own issuer.
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return found;
}
