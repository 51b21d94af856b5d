/**
 * `fetch` over mTLS to the one server whose certificate is pinned. The certificate identifies the server,
 * not the address: LXD's certificate names the host and the loopback addresses only, and the built-in
 * `fetch` of Deno cannot ignore the name.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { isIP } from "node:net";
import process from "node:process";
import { connect, type TLSSocket } from "node:tls";
import { type Certificate, pemBlocks, readCertificate } from "./certificate.ts";
import { either } from "./either.ts";
import { unpinnable } from "./pin.ts";
import { presented, presentedBy } from "./presented.ts";

/** The part of `fetch` that LXD's API needs. */
export type Fetch = (url: string, init?: FetchInit) => Promise<Response>;

/** Options of a request. */
export interface FetchInit {
  /** Method of the request. @default {"GET"} */
  readonly method?: string;
  /** Body of the request, sent as JSON. */
  readonly body?: string;
  /** Further headers. @default {none} */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the request. */
  readonly signal?: AbortSignal;
}

/** The identities of the client and of the server. */
export interface PinnedFetchOptions {
  /** Our client certificate, PEM. */
  readonly certificate: string;
  /** Its private key, PEM. */
  readonly key: string;
  /**
   * The server's certificate, PEM, and its fingerprint. The certificates of its authorities may follow
   * it, or the server presents them.
   */
  readonly server: { readonly pem: string; readonly fingerprint: string };
  /** Ends every request. @default {none} */
  readonly signal?: AbortSignal;
}

/** A {@linkcode Fetch} that keeps its connections until its disposal. */
export interface PinnedFetch extends Disposable {
  /**
   * Sends a request, once the server has proved to hold the key of the pinned certificate.
   * Of the answer's headers, `etag` is kept. Rejects with a {@linkcode PinError}, the signal's reason,
   * or the connection's error.
   */
  readonly fetch: Fetch;
  /**
   * Reads the fingerprint of the certificate that a server presents; undefined if it presents none.
   * Sends nothing but a TLS handshake without a client certificate.
   */
  readonly presented: (url: string, signal?: AbortSignal) => Promise<string | undefined>;
}

/** Facts about a server that is not the pinned one. */
export interface PinErrorOptions extends ErrorOptions {
  /** Fingerprint of the certificate that it presented. @default {unknown} */
  readonly presented?: string | undefined;
  /** Why the pinned certificate cannot be verified, and the remedy. @default {another certificate} */
  readonly reason?: string;
}

/** The server did not prove to be the pinned one. No byte of a request was sent. */
export class PinError extends Error {
  /** Fixed name. */
  override readonly name = "PinError";
  /** Fingerprint of the certificate that the server presented; undefined if it is unknown. */
  readonly presented: string | undefined;
  /** Why the pinned certificate cannot be verified, and the remedy; undefined for another certificate. */
  readonly reason: string | undefined;
  /** Makes an error with a message and facts about the server. */
  constructor(message: string, { presented, reason, ...options }: PinErrorOptions = {}) {
    super(message, options);
    this.presented = presented;
    this.reason = reason;
  }
}

// From 2.9 on, Deno's TLS demands a proof of the key even if it does not verify the certificate. Earlier
// versions demanded nothing then.
const FIRST_DENO = [2, 9] as const;
const IS_KEY_ALWAYS_PROVED = isNewEnough(process.versions["deno"]);

interface Address {
  readonly host: string;
  readonly port: number;
}

type CreateConnection = (
  address: Address,
  done: (error: Error | null, socket: TLSSocket) => void,
) => void;

// Ten thousand certificates have this size. The limit keeps an endless answer from filling the memory.
const MAXIMUM_ANSWER_BYTES = 64 * 2 ** 20;

// Error codes of node:tls for a key that is not the certificate's, or a certificate that it verifies
// itself.
const VERIFICATION_CODES: readonly unknown[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_SIGNATURE_FAILURE",
  "INVALID_PURPOSE",
];

/** Makes a `fetch` to one server. */
export function createPinnedFetch(options: PinnedFetchOptions): PinnedFetch {
  const { signal } = options;
  const connecting = new Set<TLSSocket>();
  // LXD is reached directly. A proxy in the environment is meant for the internet.
  const agent = new Agent({ keepAlive: true, ...{ proxyEnv: {} } });
  // A request gets its connection only once the server has proved to be the pinned one. The agent waits
  // for the callback if no socket is returned. Its types do not tell that.
  const createConnection: CreateConnection = (where, done) => {
    const socket = secure(options, where, (error) => {
      connecting.delete(socket);
      done(error ?? null, socket);
    });
    connecting.add(socket);
  };
  Object.assign(agent, { createConnection });
  return {
    fetch: (url, init = {}) => {
      return send(agent, url, { ...init, signal: either(signal, init.signal) });
    },
    presented: (url, end) => presented(url, either(signal, end)),
    [Symbol.dispose]: () => {
      agent.destroy();
      for (const socket of connecting) socket.destroy();
    },
  };
}

/** Connects, and calls back with an error unless the server is the pinned one. */
function secure(
  { certificate, key, server }: PinnedFetchOptions,
  { host, port }: Address,
  done: (error?: Error) => void,
): TLSSocket {
  const socket = connect({
    host,
    port,
    // TLS takes no addresses, and names without the final dot.
    servername: isIP(host) ? "" : host.replace(/\.$/, ""),
    cert: certificate,
    key,
    // TLS refuses a certificate here that it cannot read.
    ca: server.pem,
    // Either way, TLS makes a server prove that it has the key of its certificate. The
    // certificate itself is verified below: TLS knows no pinned certificates.
    rejectUnauthorized: !IS_KEY_ALWAYS_PROVED,
    // The names in the certificate are ignored.
    checkServerIdentity: () => undefined,
  }, () => {
    const error = verifyServer(server, presentedBy(socket));
    if (error) socket.destroy();
    socket.off("error", done);
    done(error);
  });
  socket.once("error", done);
  return socket;
}

function verifyServer(
  { pem, fingerprint }: PinnedFetchOptions["server"],
  [presented, ...others]: readonly Certificate[],
): PinError | undefined {
  if (!presented || presented.fingerprint !== fingerprint) {
    return new PinError("Cannot trust the server: another certificate than the pinned one", {
      presented: presented?.fingerprint,
    });
  }
  const given = pemBlocks(pem).map(readCertificate).filter((one) => one !== undefined);
  const reason = unpinnable(presented, [...given, ...others], new Date());
  return reason === undefined
    ? undefined
    : new PinError(`Cannot trust the server: ${reason}`, { presented: fingerprint, reason });
}

function send(agent: Agent, url: string, init: FetchInit): Promise<Response> {
  const { method = "GET", body, signal } = init;
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const fail = (error: Error & { readonly code?: unknown }): void => {
    if (signal?.aborted) return reject(signal.reason);
    if (error instanceof PinError) return reject(error);
    if (VERIFICATION_CODES.includes(error.code)) {
      const message = "Cannot trust the server: its certificate is not the pinned one";
      return reject(new PinError(message, { cause: error }));
    }
    reject(error);
  };
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const headers = { ...init.headers, ...type };
  const outgoing = request(url, { agent, method, headers });
  // The request's own `signal` has no effect on a kept connection.
  const abort = (): void => {
    reject(signal?.reason);
    outgoing.destroy();
  };
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  outgoing.on("close", () => signal?.removeEventListener("abort", abort));
  // Deno (2.9.6, denoland/deno#36786) repeats a request by itself if a kept connection is cut, even by
  // this client. Registering twice is not the same as once, and an aborted request must not be sent.
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
      try {
        resolve(responseOf(incoming, chunks));
      } catch (error) {
        reject(error);
      }
    });
  });
  outgoing.end(body);
  return promise;
}

/** Makes a response. It throws for a status outside of 200 to 599, and a body that the status forbids. */
function responseOf(
  { statusCode = 0, headers: { etag } }: IncomingMessage,
  chunks: readonly Uint8Array<ArrayBuffer>[],
): Response {
  const body = chunks.length === 0 ? null : new Blob([...chunks]);
  return new Response(body, { status: statusCode, headers: etag === undefined ? {} : { etag } });
}

function isNewEnough(deno: string | undefined): boolean {
  const [major = 0, minor = 0] = deno?.split(".").map(Number) ?? FIRST_DENO;
  return major > FIRST_DENO[0] || major === FIRST_DENO[0] && minor >= FIRST_DENO[1];
}
