/**
 * One daemon of LXD or Incus in its own directory.
 *
 * @module
 */
import { join } from "node:path/posix";
import { makeTemporaryFolder } from "../temporary.ts";
import { removeWithUsers } from "../temporary_remove.ts";
import { until } from "./administration.ts";
import { LXD, type Product } from "./product.ts";
import { unixApi } from "./unix_api.ts";
import type { LxdRequest } from "./world.ts";

/** A daemon's process and its state on disk. Disposing of it ends and removes both. */
export interface Daemon extends AsyncDisposable {
  /** The daemon's `LXD_DIR` or `INCUS_DIR`. */
  readonly directory: string;
  /** Its API over the unix socket. */
  readonly api: LxdRequest;
  /** The certificate it presents, as PEM. */
  readonly serverCertificate: () => string;
  /** Id of its process, while it runs. */
  readonly pid: () => number | undefined;
  /** Starts the process. */
  readonly spawn: () => void;
  /** Waits until it is ready to answer. */
  readonly ready: () => Promise<void>;
  /** Waits until the tasks of its first start are done, but not for long. */
  readonly settled: () => Promise<void>;
  /** Sends a signal which ends the process, and waits for its end. */
  readonly end: (signal: "SIGTERM" | "SIGKILL") => Promise<void>;
  /** Sends a signal which does not end it. */
  readonly signal: (signal: "SIGSTOP" | "SIGCONT") => void;
}

/** Server certificate of a daemon, in place of one that the daemon makes. */
export interface ServerIdentity {
  /** The certificate as PEM. */
  readonly certificate: string;
  /** Its private key as PEM. */
  readonly key: string;
}

// LXD may answer a request that comes during its start five seconds later. A second request gets
// its answer earlier.
const READY_REPLY_MS = 400;
// Longer than a start or an end takes on a busy machine.
const READY_TIMEOUT_MS = 180_000;
const SETTLE_TIMEOUT_MS = 15_000;

// LXD's log messages at the end of its first tasks. The tasks write to the database, and a
// concurrent write of a test would wait for the database's busy time-out of five seconds.
const DONE = [
  /Done expiring log files/,
  /Done updating images/,
  // Incus logs a failure; LXD does not.
  /(?:Done|Failed) updating instance types/,
  /Done pruning resolved warnings/,
];
const SOCKET = "unix.socket";
const LOG = "lxd.log";
const STOP_TIMEOUT_MS = 60_000;

/** Makes the directory of a daemon. Nothing runs yet. */
export async function createDaemon(
  identity?: ServerIdentity,
  product: Product = LXD,
): Promise<Daemon> {
  const prefix = `${product.name.toLowerCase()}-`;
  // Short, because LXD's unix socket is in it.
  const directory = await makeTemporaryFolder({ prefix, isShort: true });
  if (identity !== undefined) await writeIdentity(directory, identity);
  let child: Deno.ChildProcess | undefined;

  const end: Daemon["end"] = async (signal) => {
    const ending = child;
    if (ending === undefined) return;
    await endProcess(ending, signal);
    child = undefined;
  };

  return {
    directory,
    api: unixApi(join(directory, SOCKET)),
    serverCertificate: () => readServerCertificate(directory),
    pid: () => child?.pid,
    spawn() {
      if (child === undefined) child = spawnDaemon(product, directory);
    },
    ready: () => waitUntilReady({ product, directory, child }),
    settled: () => waitUntilSettled(product, directory),
    end,
    signal(signal) {
      if (child !== undefined) kill(child, signal);
    },
    async [Symbol.asyncDispose]() {
      await end("SIGKILL");
      // The processes that it started end, too.
      await removeWithUsers(directory);
    },
  };
}

async function writeIdentity(
  directory: string,
  { certificate, key }: ServerIdentity,
): Promise<void> {
  await Deno.writeTextFile(join(directory, "server.crt"), certificate);
  await Deno.writeTextFile(join(directory, "server.key"), key, { mode: 0o600 });
}

interface Starting {
  readonly product: Product;
  readonly directory: string;
  readonly child: Deno.ChildProcess | undefined;
}

async function waitUntilReady({ product, directory, child }: Starting): Promise<void> {
  const socket = join(directory, SOCKET);
  let ended = false;
  let replyMs = READY_REPLY_MS;
  child?.status.then(() => ended = true);
  try {
    await until(`start ${product.name}`, READY_TIMEOUT_MS, async () => {
      // An error would only count as "not yet".
      if (ended) return true;
      try {
        return (await unixApi(socket, replyMs)("GET", "/internal/ready")).status === 200;
      } catch (error) {
        // On a busy machine no reply is quick, so the next may take longer.
        if (Error.isError(error) && error.name === "AbortError") replyMs *= 2;
        throw error;
      }
    });
    if (ended) throw new Error(`Cannot start ${product.name}: it ended`);
  } catch (error) {
    const output = await tail(join(directory, "output"));
    const message = Error.isError(error) ? error.message : error;
    throw new Error(`${message}\n${output}`, { cause: error });
  }
}

async function waitUntilSettled({ name }: Product, directory: string): Promise<void> {
  const done = until(`see ${name} settled`, SETTLE_TIMEOUT_MS, async () => {
    const written = await Deno.readTextFile(join(directory, LOG));
    return DONE.every((line) => line.test(written));
  });
  // Tests pass without it, but wait longer.
  await done.catch(() => {});
}

async function endProcess(child: Deno.ChildProcess, signal: Deno.Signal): Promise<void> {
  kill(child, signal);
  // A stopped process takes no notice of SIGTERM before it runs on.
  kill(child, "SIGCONT");
  const timer = setTimeout(() => kill(child, "SIGKILL"), STOP_TIMEOUT_MS);
  await child.status;
  clearTimeout(timer);
}

function spawnDaemon(
  { daemon, variable }: Product,
  directory: string,
): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: [
      ...["-c", `exec "$@" >"$${variable}/output" 2>&1`, "sh", "setpriv"],
      // The daemon ends with the test, even if the test is killed.
      ...["--pdeathsig", "KILL"],
      // LXD mounts below its directory. In a namespace of its own, the mounts end with the
      // process, however it ends.
      ...["unshare", "--mount"],
      ...[daemon, "--verbose", "--group", "root", "--logfile", join(directory, LOG)],
    ],
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin",
      [variable]: directory,
      // LXD looks for images and instance types on the Internet: let it fail at once. Requests
      // to loopback addresses take no proxy.
      HTTP_PROXY: "http://127.0.0.1:9",
      HTTPS_PROXY: "http://127.0.0.1:9",
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It has ended already.
    if (!(error instanceof TypeError)) throw error;
  }
}

function readServerCertificate(directory: string): string {
  try {
    return Deno.readTextFileSync(join(directory, "cluster.crt"));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return Deno.readTextFileSync(join(directory, "server.crt"));
  }
}

async function tail(log: string): Promise<string> {
  try {
    return (await Deno.readTextFile(log)).split("\n").slice(-10).join("\n");
  } catch {
    return "";
  }
}
