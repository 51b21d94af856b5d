/**
 * A client of LXD for tests, over mTLS, pinned to one server certificate. Each request has its own
 * connection, which ends with the answer, so nothing needs disposal.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { fingerprintOf } from "../certificates.ts";
import { parseReply } from "./reply.ts";
import type { LxdReply, LxdRequest } from "./world.ts";

/** Server and certificate of a client. */
export interface ClientOptions {
  /** Base URL, such as "https://127.20.7.1:8443". */
  readonly endpoint: string;
  /** The pinned server certificate, as PEM. */
  readonly serverCertificate: string;
  /** The client's certificate as PEM; without it the client presents none. */
  readonly certificate?: string;
  /** Its private key as PEM. */
  readonly key?: string;
  /** Headers of every request. @default {{}} */
  readonly headers?: Readonly<Record<string, string>>;
  /** Aborts requests. They also end after two minutes. */
  readonly signal?: AbortSignal;
}

// Longer than any request takes on a busy machine.
const TIMEOUT_MS = 120_000;

/**
 * Makes a function that sends requests. It rejects with the error of `node:https`, whose `code`
 * says what happened to the connection (such as `ECONNREFUSED`).
 */
export function createClient(options: ClientOptions): LxdRequest {
  const { endpoint, headers = {}, signal } = options;
  const tls = tlsOptions(options);
  return async (method, path, body) => {
    // An empty `proxyEnv` keeps NODE_USE_ENV_PROXY from redirecting what is meant for loopback.
    const agentOptions = { keepAlive: false, proxyEnv: {} };
    const agent = new Agent(agentOptions);
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), TIMEOUT_MS);
    const content = body === undefined ? {} : { "content-type": "application/json" };
    try {
      const response = await send(new URL(path, endpoint), {
        ...tls,
        agent,
        method,
        headers: { ...content, ...headers },
        signal: AbortSignal.any([aborter.signal, ...(signal ? [signal] : [])]),
      }, body === undefined ? undefined : JSON.stringify(body));
      return await readReply(response);
    } finally {
      clearTimeout(timer);
      agent.destroy();
    }
  };
}

function tlsOptions({ serverCertificate, certificate, key }: ClientOptions): RequestOptions {
  const pin = fingerprintOf(serverCertificate);
  return {
    ca: serverCertificate,
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: true,
    // The pin is the identity; LXD's certificate does not name the address.
    checkServerIdentity: (_host, presented) =>
      presented.fingerprint256.replaceAll(":", "").toLowerCase() === pin
        ? undefined
        : new Error("Cannot accept the server: its certificate is not the pinned one"),
  };
}

function send(url: URL, options: RequestOptions, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, options, resolve);
    request.on("error", reject);
    request.end(body);
  });
}

async function readReply(response: IncomingMessage): Promise<LxdReply> {
  const body = await text(response);
  const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
  return parseReply(response.statusCode ?? 0, Object.fromEntries(headers), body);
}

/** Asks LXD whether it trusts a client. */
export async function authOf(
  endpoint: string,
  { certificate, key }: { readonly certificate: string; readonly key: string },
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
