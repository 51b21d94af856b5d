/**
 * `fetch` over mTLS to the one server whose certificate is pinned. The address is not the identity:
 * LXD's certificate names the host and the loopback addresses only, never the address in an
 * endpoint, and the built-in `fetch` of Deno cannot leave the name out of the check.
 *
 * @module
 */
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { isIP } from "node:net";
import process from "node:process";
import { connect, type TLSSocket } from "node:tls";
import { type Certificate, pemBlocks, readCertificate } from "./certificate.ts";
import { unpinnable } from "./pin.ts";
import { presented, presentedBy } from "./presented.ts";

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
  /**
   * The server's certificate, PEM, and its fingerprint. The certificates of its authorities may
   * stand after it; the server may present them instead.
   */
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
  readonly presented: (url: string, signal?: AbortSignal) => Promise<string | undefined>;
}

/** What is known of a server that did not prove to be the pinned one. */
export interface PinErrorOptions extends ErrorOptions {
  /** Fingerprint of the certificate that it presented. @default {not known} */
  readonly presented?: string | undefined;
  /** Why the pinned certificate does not do, and what to do. @default {it is not that} */
  readonly reason?: string;
}

/** The server did not prove to be the pinned one. No byte of a request was sent. */
export class PinError extends Error {
  /** Fixed name. */
  override readonly name = "PinError";
  /** Fingerprint of the certificate that the server presented, where it is known. */
  readonly presented: string | undefined;
  /** Why the pinned certificate does not do, and what to do; undefined where it is not that. */
  readonly reason: string | undefined;
  /** Says what happened, and what is known. */
  constructor(message: string, { presented, reason, ...options }: PinErrorOptions = {}) {
    super(message, options);
    this.presented = presented;
    this.reason = reason;
  }
}

// Deno's TLS has done so since it is built as Node's is; before, no verification was none at all.
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

// Ten thousand certificates, and more than all other answers: what never ends fills no memory.
const MAXIMUM_ANSWER_BYTES = 64 * 2 ** 20;

// What node:tls says where the key is not the certificate's, or where it judges by itself.
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

/**
 * Makes a `fetch` to one server.
 *
 * @param options Who we are, and who the server is.
 * @returns The function, with the connections it keeps.
 */
export function createPinnedFetch(options: PinnedFetchOptions): PinnedFetch {
  const { signal } = options;
  const connecting = new Set<TLSSocket>();
  // LXD is reached directly: a proxy in the environment is for the internet.
  const agent = new Agent({ keepAlive: true, ...{ proxyEnv: {} } });
  // A request meets its connection only once the server has proved to be the pinned one: the agent
  // waits where it is given nothing at once, of which its types know nothing.
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
    presented: (url, own) => presented(url, either(signal, own)),
    [Symbol.dispose]: () => {
      agent.destroy();
      for (const socket of connecting) socket.destroy();
    },
  };
}

function either(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

/** Connects, and calls back once the server has proved to be the pinned one, or has not. */
function secure(
  { certificate, key, server }: PinnedFetchOptions,
  { host, port }: Address,
  done: (error?: Error) => void,
): TLSSocket {
  const socket = connect({
    host,
    port,
    // Addresses are no names; and a name is whole in TLS, without the dot that says so.
    servername: isIP(host) ? "" : host.replace(/\.$/, ""),
    cert: certificate,
    key,
    // A certificate that TLS cannot read is refused here.
    ca: server.pem,
    // TLS has the server prove to hold the key of the certificate that it presents, whatever is
    // said here. The certificate itself is judged below: TLS would not take one for being pinned.
    rejectUnauthorized: !IS_KEY_ALWAYS_PROVED,
    // The names in the certificate do not matter.
    checkServerIdentity: () => undefined,
  }, () => {
    const error = judge(server, presentedBy(socket));
    if (error) socket.destroy();
    socket.off("error", done);
    done(error);
  });
  socket.once("error", done);
  return socket;
}

function judge(
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

function isNewEnough(deno: string | undefined): boolean {
  const [major = 0, minor = 0] = deno?.split(".").map(Number) ?? FIRST_DENO;
  return major > FIRST_DENO[0] || major === FIRST_DENO[0] && minor >= FIRST_DENO[1];
}
