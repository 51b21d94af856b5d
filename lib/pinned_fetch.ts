/**
 * `fetch` over mTLS to the one server whose certificate is pinned. The address is not the identity:
 * LXD's certificate names the host and the loopback addresses only, never the address in an
 * endpoint, and the built-in `fetch` of Deno cannot leave the name out of the check.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { normalise, presented } from "./presented.ts";
import { withResolvers } from "./with_resolvers.ts";

/** The part of `fetch` that is needed to speak with LXD. */
export type Fetch = (url: string, init?: FetchInit) => Promise<Response>;

/** What a request is made of. */
export interface FetchInit {
  /** Method of the request. @default {"GET"} */
  readonly method?: string;
  /** Body of the request, sent as JSON. */
  readonly body?: string;
  /** Ends the request. */
  readonly signal?: AbortSignal;
}

/** How to enter the one server. */
export interface PinnedFetchOptions {
  /** Our client certificate, PEM. */
  readonly certificate: string;
  /** Its private key, PEM. */
  readonly key: string;
  /** The server's certificate, PEM, and its fingerprint. */
  readonly server: { readonly pem: string; readonly fingerprint: string };
  /** Ends every request. @default {none} */
  readonly signal?: AbortSignal;
}

/** A {@linkcode Fetch} that keeps its connections until it is disposed of. */
export interface PinnedFetch extends Disposable {
  /**
   * Sends a request, once the server has shown that it holds the key of the pinned certificate.
   * Rejects with a {@linkcode PinError}, the signal's reason, or the connection's error.
   */
  readonly fetch: Fetch;
  /**
   * Reads the fingerprint of the certificate that a server presents; undefined where it presents
   * none. Sends nothing but a TLS handshake in which we do not say who we are.
   */
  readonly presented: (url: string) => Promise<string | undefined>;
}

/** The server did not prove to be the pinned one. No byte of a request was sent. */
export class PinError extends Error {
  /** Fixed name. */
  override readonly name = "PinError";
}

// Ten thousand certificates, and more than all other answers: what never ends fills no memory.
const MAXIMUM_ANSWER_BYTES = 64 * 2 ** 20;

// What node:tls says when the presented certificate is not `ca`, or cannot be verified with it.
const VERIFICATION_CODES: readonly unknown[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_SIGNATURE_FAILURE",
];

/**
 * Makes a `fetch` to one server.
 *
 * @param options Who we are, and who the server is.
 * @returns The function, with the connections it keeps.
 */
export function createPinnedFetch(options: PinnedFetchOptions): PinnedFetch {
  const { certificate, key, server, signal } = options;
  const agent = new Agent({
    keepAlive: true,
    cert: certificate,
    key,
    // The chain is verified by TLS itself: the server must hold the key of this certificate.
    ca: server.pem,
    // Said aloud, or NODE_TLS_REJECT_UNAUTHORIZED in the environment could switch it off.
    rejectUnauthorized: true,
    // What `ca` has signed is not `ca`; and the names in the certificate do not matter.
    checkServerIdentity: (_host, { fingerprint256 }) =>
      normalise(fingerprint256) === server.fingerprint ? undefined : new PinError(
        "Cannot trust the server: another certificate than the pinned one",
      ),
    // LXD is reached directly: a proxy in the environment is for the internet.
    ...{ proxyEnv: {} },
  });
  return {
    fetch: (url, init = {}) => {
      const signals = [signal, init.signal].filter((signal) => signal !== undefined);
      return send(agent, url, { ...init, signal: AbortSignal.any(signals) });
    },
    presented: (url) => presented(url, signal),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function send(agent: Agent, url: string, init: FetchInit): Promise<Response> {
  const { method = "GET", body, signal } = init;
  const { promise, resolve, reject } = withResolvers<Response>();
  const fail = (error: Error & { readonly code?: unknown }): void => {
    if (signal?.aborted) return reject(signal.reason);
    if (VERIFICATION_CODES.includes(error.code)) {
      const message = "Cannot trust the server: its certificate is not the pinned one";
      return reject(new PinError(message, { cause: error }));
    }
    reject(error);
  };
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const outgoing = request(url, { agent, method, headers });
  // Not by the request's own `signal`: on a kept connection nothing comes of it.
  const abort = (): void => {
    reject(signal?.reason);
    outgoing.destroy();
  };
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  outgoing.on("close", () => signal?.removeEventListener("abort", abort));
  // Deno (2.9.5, denoland/deno#36786) sends a request once more by itself where a kept connection is
  // cut, even by us; but to register twice is not the same as once, and what is given up is over.
  outgoing.on("socket", () => outgoing.reusedSocket = false);
  outgoing.on("error", fail);
  outgoing.on("response", (incoming: IncomingMessage) => {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    incoming.on("data", (chunk) => {
      size += chunk.length;
      if (size > MAXIMUM_ANSWER_BYTES) {
        reject(new RangeError("an answer without end"));
        outgoing.destroy();
      } else chunks.push(chunk);
    });
    incoming.on("error", fail);
    incoming.on("end", () => {
      const body = chunks.length === 0 ? null : new Blob(chunks);
      try {
        resolve(new Response(body, { status: incoming.statusCode ?? 0 }));
      } catch (error) {
        // A status outside 200 to 599, or a body where there may be none.
        reject(error);
      }
    });
  });
  outgoing.end(body);
  return promise;
}
