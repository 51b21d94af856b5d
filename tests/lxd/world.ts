/**
 * The interface of an LXD for tests. A real LXD and a stand-in have the same.
 *
 * @module
 */

/** An entry of the trust store, as an administrator sees it. */
export interface TrustEntry {
  /** Name: free text, not unique. */
  readonly name: string;
  /** `client`, `metrics`, or `server` for a member of the cluster. */
  readonly type: string;
  /** Whether the entry is limited to `projects`. */
  readonly restricted: boolean;
  /** Names of the projects, in LXD's order. */
  readonly projects: readonly string[];
  /** The certificate as PEM. */
  readonly certificate: string;
  /** SHA-256 of the certificate's DER in lower-case hexadecimal. */
  readonly fingerprint: string;
}

/** Options of a certificate that is added. The defaults are LXD's. */
export interface TrustOptions {
  /** @default {""} */
  readonly name?: string;
  /** @default {"client"} */
  readonly type?: "client" | "metrics";
  /** @default {false} */
  readonly restricted?: boolean;
  /** @default {[]} */
  readonly projects?: readonly string[];
}

/** An answer of LXD. */
export interface LxdReply {
  /** HTTP status. */
  readonly status: number;
  /** Headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text. */
  readonly text: string;
  /** The body parsed as JSON; `undefined` if it is not JSON. */
  readonly body: LxdBody | undefined;
}

/** The envelope of every answer of LXD. */
export interface LxdBody {
  /** `sync`, `async` or `error`. */
  readonly type?: string;
  /** HTTP status of a success. The status line may have another. */
  readonly "status_code"?: number;
  /** Text of an error. */
  readonly error?: string;
  /** HTTP status of an error. */
  readonly "error_code"?: number;
  /** URL of a background operation. */
  readonly operation?: string;
  /** The result. */
  // deno-lint-ignore no-explicit-any -- Tests read into it; a wrong path fails the test.
  readonly metadata?: any;
}

/** Sends one request. The body is sent as JSON. */
export type LxdRequest = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<LxdReply>;

/** Status of a member as the cluster reports it. */
export type MemberStatus = "Online" | "Offline" | "Evacuated" | "Blocked";

/** A daemon: the only one, or one of a cluster. */
export interface LxdMember {
  /** Name in the cluster; of a standalone server, a name for the test only. */
  readonly name: string;
  /** Its loopback address, such as "127.20.7.1". */
  readonly address: string;
  /** Where it listens: always port 8443, such as "https://127.20.7.1:8443". */
  readonly endpoint: string;
  /** Whether its process runs (paused ones do). */
  readonly running: boolean;
  /** Ends it as an operator would, and waits for its end. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /**
   * Starts it again with the state it had, and waits until it answers. Members that need each
   * other for a quorum must be started at the same time.
   */
  start(): Promise<void>;
  /** Stops its process with SIGSTOP: connections are accepted and never answered. */
  pause(): Promise<void>;
  /** Continues it after `pause()`. */
  resume(): Promise<void>;
}

/** An LXD server or cluster that ends when it is disposed of. */
export interface LxdWorld extends AsyncDisposable {
  /** Its members; of a standalone server exactly one. */
  readonly members: readonly LxdMember[];
  /** The certificate that every member presents now, as PEM. */
  readonly serverCertificate: string;
  /** Sends a request as the administrator of the machine, to the first member that runs. */
  readonly admin: LxdRequest;
  /** Reads the whole trust store, sorted by fingerprint, members of the cluster included. */
  trustStore(): Promise<readonly TrustEntry[]>;
  /** Adds a certificate (PEM). */
  trust(certificate: string, options?: TrustOptions): Promise<void>;
  /** Removes a certificate. */
  distrust(fingerprint: string): Promise<void>;
  /** Changes name, restriction or projects of a certificate, as an administrator. */
  amend(
    fingerprint: string,
    patch: Pick<TrustOptions, "name" | "restricted" | "projects">,
  ): Promise<void>;
  /** Creates an empty project. */
  createProject(name: string): Promise<void>;
  /** Deletes a project. */
  deleteProject(name: string): Promise<void>;
}
