/**
 * A client of LXD for tests, over mTLS, pinned to one server certificate. One connection for each
 * request, closed when the answer is there: nothing to dispose of.
 *
 * @module
 */
import { Agent, request as httpsRequest } from "node:https";
import { connect } from "node:tls";
import { fingerprintOf } from "../certificates.ts";
import { parseReply } from "./reply.ts";
import type { LxdReply, LxdRequest } from "./world.ts";

/** Where a client connects, and as whom. */
export interface ClientOptions {
  /** Base URL, such as "https://127.20.7.1:8443". */
  readonly endpoint: string;
  /** The server certificate to insist on, as PEM. */
  readonly serverCertificate: string;
  /** The client's certificate as PEM; without it the client presents none. */
  readonly certificate?: string;
  /** Its private key as PEM. */
  readonly key?: string;
  /** Time limit of a request in milliseconds. @default {30000} */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;

/**
 * Makes a function that sends requests. It rejects with the error of `node:https`, whose `code`
 * says what happened to the connection (such as `ECONNREFUSED`).
 */
export function createClient(options: ClientOptions): LxdRequest {
  const {
    endpoint,
    serverCertificate,
    certificate,
    key,
    timeoutMs = TIMEOUT_MS,
  } = options;
  const pin = fingerprintOf(serverCertificate);
  return async (method, path, body, headers = {}) => {
    // An empty `proxyEnv` keeps NODE_USE_ENV_PROXY from redirecting what is meant for loopback.
    const agentOptions = { keepAlive: false, proxyEnv: {} };
    const agent = new Agent(agentOptions);
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), timeoutMs);
    try {
      return await new Promise<LxdReply>((resolve, reject) => {
        const request = httpsRequest(new URL(path, endpoint), {
          agent,
          method,
          ca: serverCertificate,
          ...(certificate === undefined ? {} : { cert: certificate }),
          ...(key === undefined ? {} : { key }),
          rejectUnauthorized: true,
          // The pin is the identity; LXD's certificate does not name the address.
          checkServerIdentity: (_host, presented) =>
            presented.fingerprint256.replaceAll(":", "").toLowerCase() === pin
              ? undefined
              : new Error(
                "Cannot accept the server: its certificate is not the pinned one",
              ),
          headers: body === undefined ? headers : {
            "content-type": "application/json",
            ...headers,
          },
          signal: aborter.signal,
        }, (response) => {
          const chunks: Uint8Array[] = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const read = Object.entries(response.headers)
              .map(([name, value]) => [name, String(value)]);
            resolve(parseReply(
              response.statusCode ?? 0,
              Object.fromEntries(read),
              new TextDecoder().decode(Buffer.concat(chunks)),
            ));
          });
        });
        request.on("error", reject);
        request.end(body === undefined ? undefined : JSON.stringify(body));
      });
    } finally {
      clearTimeout(timer);
      agent.destroy();
    }
  };
}

/** Asks LXD whether it trusts a client. */
export async function authOf(
  endpoint: string,
  certificate: string,
  key: string,
  serverCertificate: string,
): Promise<"trusted" | "untrusted"> {
  const client = createClient({
    endpoint,
    serverCertificate,
    certificate,
    key,
  });
  return (await client("GET", "/1.0")).body?.metadata.auth;
}

/** Reads the fingerprint of the certificate that a server presents, without sending a request. */
export function presentedFingerprint(endpoint: string): Promise<string> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname,
      port: Number(port),
      rejectUnauthorized: false,
    }, () => {
      const presented = socket.getPeerX509Certificate();
      socket.destroy();
      if (presented === undefined) {
        return reject(
          new Error(
            `Cannot read the certificate of ${endpoint}: none presented`,
          ),
        );
      }
      resolve(presented.fingerprint256.replaceAll(":", "").toLowerCase());
    });
    socket.on("error", reject);
  });
}
