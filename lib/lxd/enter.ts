/**
 * Enters LXD by credentials, of which the server's certificate may be unknown, and which may have
 * former ones to fall back to.
 *
 * @module
 */
import { retry } from "../async/retry.ts";
import type { Credentials, Pinned } from "../credential/parts.ts";
import { type Certificate, firstCertificate } from "../requirer/certificate.ts";
import { enterLxd, type Entrance, type LxdFailure } from "./client.ts";
import { causeOf, isFinal, type Transport } from "./request.ts";
import { limitFor, PAUSES_MS } from "./time_limits.ts";

/** How an attempt to enter LXD ended, and by which credentials. */
export type Entry =
  | {
    readonly kind: "entered";
    readonly lxd: Extract<Entrance, { readonly kind: "entered" }>["lxd"];
    readonly credentials: Pinned;
    /** Whether LXD has just added our certificate to its trust store. @default {false} */
    readonly hasEnrolled?: boolean;
    /** The attempt before, by other credentials. @default {there was none} */
    readonly refusal?: Refusal;
  }
  | Refusal;

/** An attempt that failed. */
export interface Refusal {
  /** Tag. */
  readonly kind: "failed";
  /** Address that was asked. */
  readonly endpoint: string;
  /** Why. */
  readonly failure: LxdFailure;
  /** The credentials. */
  readonly credentials: Credentials;
}

/** The terms of one hook. */
export interface Terms {
  /** Lists the endpoints of members known from before. */
  readonly known: () => Promise<readonly string[]>;
  /** Milliseconds that all answers have from now on. */
  readonly left: () => number;
  /** Whether LXD may be asked to trust us by a token: the leader may ask. */
  readonly mayEnrol: boolean;
}

/** What it takes to enter LXD. */
export interface Means extends Terms, Pick<Transport, "clock"> {
  /** Connects to the pinned server. */
  readonly connect: (credentials: Pinned) => Pick<Transport, "fetch" | "presented">;
  /** Reads the certificate that a server presents. Rejects if there is no connection. */
  readonly learn: (url: string, signal: AbortSignal) => Promise<Certificate | undefined>;
  /** Current time. */
  readonly now: Date;
}

/**
 * Enters LXD. A token among the credentials is used if LXD does not trust us.
 *
 * @returns LXD with the credentials that led there, or the failure of the first ones.
 */
export async function enter(credentials: Credentials, means: Means): Promise<Entry> {
  const entry = await enterBy(credentials, means);
  if (entry.kind === "entered" || !credentials.former) return entry;
  const former = await enterBy(credentials.former, means);
  return former.kind === "entered" ? { ...former, refusal: entry } : entry;
}

async function enterBy(credentials: Credentials, means: Means): Promise<Entry> {
  const learned = await learn(credentials, means);
  if (learned.kind === "failed") return learned;
  const pinned = { ...credentials, server: learned.server };
  const { clock, left, known, mayEnrol, now } = means;
  const transport = { ...means.connect(pinned), clock, left };
  const { endpoint, others = [] } = credentials;
  const token = mayEnrol ? credentials.token : undefined;
  const certificate = token && firstCertificate(credentials.certificate);
  const enrolment = token && certificate && { token, certificate, now };
  const entrance = await enterLxd(transport, { credential: endpoint, others, known, enrolment });
  return { ...entrance, credentials: pinned };
}

type Learned = { readonly kind: "learned"; readonly server: Certificate } | Refusal;

/** Finds the server's certificate, if only its fingerprint is known: the one that has it. */
async function learn(credentials: Credentials, means: Means): Promise<Learned> {
  const { server } = credentials;
  if (server.pem !== undefined) return { kind: "learned", server };
  return await retry(() => learnAny(credentials, means), {
    isFinal: (learned) => learned.kind === "learned" || isFinal(learned.failure),
    pauses: PAUSES_MS,
    clock: means.clock,
  });
}

async function learnAny(credentials: Credentials, means: Means): Promise<Learned> {
  const { endpoint: first, others = [], server: { fingerprint } } = credentials;
  const refusals: Refusal[] = [];
  const named = new Set([first, ...others]);
  const learnAt = async (endpoint: string): Promise<Learned> => {
    const refuse = (failure: LxdFailure): Refusal => {
      const refusal = { kind: "failed", endpoint, failure, credentials } as const;
      refusals.push(refusal);
      return refusal;
    };
    const limit = Math.max(Math.min(limitFor(named.size), means.left()), 0);
    try {
      const server = await means.learn(endpoint, means.clock.timeout(limit));
      if (server?.fingerprint === fingerprint) return { kind: "learned", server };
      return refuse({ kind: "other-server", presented: server?.fingerprint });
    } catch (error) {
      return refuse({ kind: "unreachable", cause: causeOf(error) });
    }
  };
  for (const endpoint of named) {
    const learned = await learnAt(endpoint);
    if (learned.kind === "learned") return learned;
  }
  const answered = refusals.find(({ failure }) => failure.kind === "other-server");
  if (answered) return answered;
  for (const endpoint of new Set(await means.known()).difference(named)) {
    const learned = await learnAt(endpoint);
    if (learned.kind === "learned") return learned;
  }
  const [refusal] = refusals;
  return refusal ?? await learnAt(first);
}
