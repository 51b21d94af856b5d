/**
 * Records the answers of an LXD. An answer is one object, in which names replace fingerprints and
 * addresses, so that the answers of two servers can be compared.
 *
 * @module
 */
import {
  type CertificateOptions,
  createCertificate,
  type TestCertificate,
} from "../certificates.ts";
import { CERTIFICATES, type Clients, clients, only } from "./contract_tools.ts";
import { createClient } from "./client.ts";
import type { LxdReply, LxdRequest, LxdWorld } from "./world.ts";

/** An answer as a recording has it. */
export interface RecordedAnswer {
  /** Request and caller. "  then GET" belongs to the request before it. */
  readonly k: string;
  /** HTTP status; a list of them where requests were sent at once. */
  readonly s?: number | readonly number[];
  /** Type of a success, `sync` or `async`. */
  readonly t?: string;
  /** Metadata of a success. Of long ones it is the beginning of their JSON. */
  readonly m?: unknown;
  /** Error in LXD's words. */
  readonly e?: unknown;
  /** Message of the client's error, if the connection was cut. */
  readonly x?: string;
  /** Beginning of an answer that is not JSON. */
  readonly text?: string;
  /** Header `Location`. */
  readonly loc?: string;
  /** Parts of `environment` in GET /1.0. */
  readonly env?: unknown;
  /** Number of the API extensions in GET /1.0. */
  readonly ext?: number | null;
  /** Whether GET /1.0 came with an ETag. */
  readonly etag?: boolean;
}

/** Records answers. All parts of a recording share one. */
export interface Recorder {
  /** The server. */
  readonly world: LxdWorld;
  /** Three clients of it. */
  readonly clients: Clients;
  /** All callers, by their names in the recordings. */
  readonly callers: readonly (readonly [who: string, ask: LxdRequest])[];
  /** A certificate that the store holds. */
  readonly other: TestCertificate;
  /** Makes a certificate whose name in the recording is its common name. */
  readonly certificate: (
    name: string,
    options?: CertificateOptions,
  ) => Promise<TestCertificate>;
  /** Replaces a fingerprint by a name in later answers. */
  readonly nameFingerprint: (fingerprint: string, name: string) => void;
  /** Records the answer to a request. */
  readonly note: (
    key: string,
    asked: Promise<LxdReply>,
    options?: NoteOptions,
  ) => Promise<void>;
  /** Records a line that is made of several answers. */
  readonly write: (line: RecordedAnswer) => void;
  /** The recorded lines, in this order. */
  readonly lines: readonly RecordedAnswer[];
}

/** How much of an answer is recorded. */
export interface NoteOptions {
  /** Picks a part of the metadata. @default {all of it} */
  // deno-lint-ignore no-explicit-any -- Metadata is read as tests read it.
  readonly pick?: (metadata: any) => unknown;
  /** Whether long metadata are kept. @default {false} */
  readonly whole?: boolean;
}

const LONG = 700;
const BEGINNING = 300;
const TEXT = 20;

/** Begins a recording: reads the empty list, then makes the server trust the clients. */
export async function createRecorder(world: LxdWorld): Promise<Recorder> {
  const names = new Map<string, string>();
  const lines: RecordedAnswer[] = [];
  const write = (line: RecordedAnswer) => {
    lines.push(JSON.parse(named(JSON.stringify(line), names)));
  };
  const note: Recorder["note"] = async (key, asked, options = {}) => {
    try {
      write({ k: key, ...read(await asked, names, options) });
    } catch (error) {
      write({ k: key, x: (error as Error).message });
    }
  };
  const certificate: Recorder["certificate"] = async (name, options = {}) => {
    const made = await certificateOf(name, options);
    names.set(made.fingerprint, name);
    return made;
  };
  await note("empty list, unix", world.admin("GET", CERTIFICATES));
  await note("empty list recursive, unix", world.admin("GET", `${CERTIFICATES}?recursion=1`));
  const three = await clients(world);
  names.set(three.trustedCertificate.fingerprint, "T");
  names.set(three.restrictedCertificate.fingerprint, "R");
  const { serverCertificate } = world;
  return {
    world,
    clients: three,
    callers: [
      ["unix", world.admin],
      ["trusted", three.trusted],
      ["restricted", three.restricted],
      ["untrusted", three.untrusted],
      ["bare", createClient({ endpoint: only(world).endpoint, serverCertificate })],
    ],
    other: await certificate("O"),
    certificate,
    nameFingerprint: (fingerprint, name) => void names.set(fingerprint, name),
    note,
    write,
    lines,
  };
}

/** Certificates of all recordings, which can share them, because each has its own server. */
const made = new Map<string, Promise<TestCertificate>>();

function certificateOf(name: string, options: CertificateOptions): Promise<TestCertificate> {
  return made.getOrInsertComputed(name, () => createCertificate({ commonName: name, ...options }));
}

function read(
  { status, body, text, headers }: LxdReply,
  names: ReadonlyMap<string, string>,
  { pick = (metadata) => metadata, whole = false }: NoteOptions,
): Omit<RecordedAnswer, "k"> {
  const location = headers["location"] === undefined ? {} : { loc: headers["location"] };
  if (body === undefined) return { s: status, text: text.slice(0, TEXT), ...location };
  if (body.type === "error") return { s: status, e: body.error, ...location };
  const metadata = named(JSON.stringify(pick(body.metadata) ?? null), names);
  const m = whole || metadata.length < LONG ? JSON.parse(metadata) : metadata.slice(0, BEGINNING);
  return { s: status, ...(body.type === undefined ? {} : { t: body.type }), m, ...location };
}

function named(text: string, names: ReadonlyMap<string, string>): string {
  for (const [fingerprint, name] of names) {
    text = text.replaceAll(fingerprint, `<${name}>`)
      .replaceAll(fingerprint.toUpperCase(), `<${name} UPPER>`);
  }
  return text
    .replaceAll(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----(\\n|\n)?/g, "<pem>")
    .replaceAll(/[0-9a-f]{64}/g, "<hash>")
    .replaceAll(/127\.\d+\.\d+\.\d+/g, "<ip>");
}
