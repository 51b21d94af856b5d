/**
 * A shell for the commands of a document: `juju` is a Juju model, `lxc` is LXD's own client, and there
 * are few other programs.
 *
 * @module
 */
import { ensurePackages } from "../../packages.ts";
import { makeTemporaryFolder } from "../../temporary.ts";
import { type Ended, run } from "../../artifact/process.ts";
import { startJujuServer } from "./juju_server.ts";
import type { RunJuju } from "./juju.ts";

/** What the commands work on. */
export interface ShellOptions {
  /** Performs a command of `juju`. */
  readonly juju: RunJuju;
  /** Directory of the LXD that `lxc` uses. */
  readonly lxd: string;
  /** Directories of other LXDs, by the name of the remote. */
  readonly remotes: Readonly<Record<string, string>>;
  /** Files that are there, by their path in the working directory. */
  readonly files: Readonly<Record<string, string>>;
}

/** A shell. Disposal removes its working directory. */
export interface Shell extends AsyncDisposable {
  /**
   * Runs commands in the working directory.
   *
   * @throws {Error} If a program in them fails, even if the shell would go on.
   */
  readonly run: (commands: string) => Promise<string>;
}

/** The programs that documents may use beside `juju` and `lxc`. */
const PROGRAMS = ["cut", "grep", "jq", "openssl", "wc"];
const CLIENT = new URL("juju_client.ts", import.meta.url).pathname;
const EXECUTABLE = { mode: 0o755 };

/** Starts a shell. */
export async function startShell(options: ShellOptions): Promise<Shell> {
  await ensurePackages({
    purpose: "run the commands of the documents",
    packages: ["jq", "openssl", "lxd-client"],
    programs: [["jq", "--version"], ["openssl", "version"], ["lxc", "--version"]],
  });
  await using begun = new AsyncDisposableStack();
  const folder = await makeTemporaryFolder({ prefix: "shell-" });
  begun.defer(() => Deno.remove(folder, { recursive: true }));
  const server = begun.use(startJujuServer(options.juju));
  const failures = `${folder}/failures`;
  await writePrograms(`${folder}/bin`, failures, server.url);
  await writeRemotes(`${folder}/lxc`, options.remotes);
  await linkFiles(`${folder}/work`, options.files);
  const env = {
    HOME: folder,
    LXD_CONF: `${folder}/lxc`,
    LXD_DIR: options.lxd,
    PATH: `${folder}/bin`,
  };
  const ended = begun.move();
  return {
    run: async (commands) => {
      await Deno.writeTextFile(failures, "");
      const command = ["/bin/sh", "-euc", commands] as const;
      const result = await run(command, { cwd: `${folder}/work`, env, clearEnv: true });
      return await checkEnded(commands, result, failures);
    },
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  };
}

/** Returns the output, if nothing has failed. */
async function checkEnded(
  commands: string,
  { code, out, err }: Ended,
  failures: string,
): Promise<string> {
  // `sh` does not tell of programs that fail in `$()`.
  const failed = await Deno.readTextFile(failures);
  if (code === 0 && failed === "") return out;
  throw new Error(`Cannot run (${code}):\n${commands}\n${out}${err}${failed}`);
}

async function writePrograms(bin: string, failures: string, url: string): Promise<void> {
  await Deno.mkdir(bin);
  const deno = Deno.execPath();
  const client =
    `${deno} run --quiet --no-config --no-lock --no-check --allow-all ${CLIENT} ${url}`;
  const programs = { juju: client, lxc: await pathOf("lxc") };
  for (const [name, command] of Object.entries(programs)) {
    const script = `#!/bin/sh\n${command} "$@" && exit 0\n` +
      `code=$?\necho "${name} $* ($code)" >> ${failures}\nexit $code\n`;
    await Deno.writeTextFile(`${bin}/${name}`, script, EXECUTABLE);
  }
  for (const name of PROGRAMS) await Deno.symlink(await pathOf(name), `${bin}/${name}`);
}

async function pathOf(program: string): Promise<string> {
  const { out } = await run(["/bin/sh", "-c", `command -v ${program}`]);
  return out.trim();
}

async function writeRemotes(folder: string, remotes: ShellOptions["remotes"]): Promise<void> {
  await Deno.mkdir(folder);
  const entries = Object.entries({ local: "unix://", ...remotes }).map(([name, directory]) => {
    const addr = name === "local" ? directory : `unix://${directory}/unix.socket`;
    return [name, { addr, public: false }];
  });
  const config = { "default-remote": "local", remotes: Object.fromEntries(entries) };
  // JSON is YAML, too.
  await Deno.writeTextFile(`${folder}/config.yml`, JSON.stringify(config));
}

async function linkFiles(folder: string, files: ShellOptions["files"]): Promise<void> {
  await Deno.mkdir(`${folder}/dist`, { recursive: true });
  for (const [path, target] of Object.entries(files)) {
    await Deno.symlink(target, `${folder}/${path}`);
  }
}
