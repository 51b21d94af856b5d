/**
 * One daemon of LXD or Incus in a directory of its own.
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
  /** Waits until it is done with the tasks of its first start, but not for long. */
  readonly settled: () => Promise<void>;
  /** Sends a signal which ends the process, and waits for its end. */
  readonly end: (signal: "SIGTERM" | "SIGKILL") => Promise<void>;
  /** Sends a signal which does not end it. */
  readonly signal: (signal: "SIGSTOP" | "SIGCONT") => void;
}

/** The server certificate a daemon shall start with, instead of one that it makes. */
export interface ServerIdentity {
  /** The certificate as PEM. */
  readonly certificate: string;
  /** Its private key as PEM. */
  readonly key: string;
}

// A request that meets LXD in the midst of its start may be answered five seconds later only, when
// asking again is long answered.
const READY_REPLY_MS = 400;
const READY_TIMEOUT_MS = 60_000;
const SETTLE_TIMEOUT_MS = 3_000;

// What LXD logs when its tasks are done. They write to its database, and a write of ours at the
// same time makes one of the two wait for the database's busy time-out of five seconds.
const DONE = [
  /Done expiring log files/,
  /Done updating images/,
  // Incus tells a failure; LXD does not.
  /(?:Done|Failed) updating instance types/,
  /Done pruning resolved warnings/,
];
const STOP_TIMEOUT_MS = 30_000;

/** Makes the directory of a daemon, and starts nothing yet. */
export async function createDaemon(
  identity?: ServerIdentity,
  product: Product = LXD,
): Promise<Daemon> {
  const prefix = `${product.name.toLowerCase()}-`;
  // It holds LXD's unix socket.
  const directory = await makeTemporaryFolder({ prefix, isShort: true });
  const log = join(directory, "lxd.log");
  if (identity !== undefined) {
    await Deno.writeTextFile(
      join(directory, "server.crt"),
      identity.certificate,
    );
    await Deno.writeTextFile(join(directory, "server.key"), identity.key, {
      mode: 0o600,
    });
  }
  const socket = join(directory, "unix.socket");
  const api = unixApi(socket);
  const readiness = unixApi(socket, READY_REPLY_MS);
  let child: Deno.ChildProcess | undefined;

  const end: Daemon["end"] = async (signal) => {
    const ending = child;
    if (ending === undefined) return;
    kill(ending, signal);
    // A stopped process takes no notice of SIGTERM before it runs on.
    kill(ending, "SIGCONT");
    const timer = setTimeout(() => kill(ending, "SIGKILL"), STOP_TIMEOUT_MS);
    await ending.status;
    clearTimeout(timer);
    child = undefined;
  };

  return {
    directory,
    api,
    serverCertificate: () => readServerCertificate(directory),
    pid: () => child?.pid,
    spawn() {
      if (child === undefined) child = spawnDaemon(product, directory, log);
    },
    async ready() {
      const started = child;
      let ended = false;
      started?.status.then(() => ended = true);
      try {
        await until(`start ${product.name}`, READY_TIMEOUT_MS, async () => {
          // Throwing would only be taken for "not yet".
          if (ended) return true;
          const reply = await readiness("GET", "/internal/ready");
          return reply.status === 200;
        });
        if (ended) throw new Error(`Cannot start ${product.name}: it ended`);
      } catch (error) {
        throw new Error(
          `${Error.isError(error) ? error.message : error}\n${await tail(
            join(directory, "output"),
          )}`,
          {
            cause: error,
          },
        );
      }
    },
    async settled() {
      const done = until(`see ${product.name} settled`, SETTLE_TIMEOUT_MS, async () => {
        const written = await Deno.readTextFile(log);
        return DONE.every((line) => line.test(written));
      });
      // It is a matter of speed only.
      await done.catch(() => {});
    },
    end,
    signal(signal) {
      if (child !== undefined) kill(child, signal);
    },
    async [Symbol.asyncDispose]() {
      await end("SIGKILL");
      // What it started goes as well.
      await removeWithUsers(directory);
    },
  };
}

function spawnDaemon(
  { daemon, variable }: Product,
  directory: string,
  log: string,
): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: [
      ...["-c", `exec "$@" >"$${variable}/output" 2>&1`, "sh", "setpriv"],
      // If the test itself is killed, no one else would end the daemon.
      ...["--pdeathsig", "KILL"],
      // What LXD mounts below its directory is seen in its own namespace only, and is gone with
      // the process, however it ends.
      ...["unshare", "--mount"],
      ...[daemon, "--verbose", "--group", "root", "--logfile", log],
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
