/**
 * Installs Debian's packages that tests need.
 *
 * @module
 */
import { addBackports } from "./backports.ts";

const LOCK_PATH = "/tmp/lxd-integrator-tests-install.lock";
const EXCLUSIVE = true;

/** Packages, and the programs in them. */
export interface Needed {
  /** Purpose of the packages, for the error. */
  readonly purpose: string;
  /** Packages of Debian. */
  readonly packages: readonly string[];
  /** Programs in them, each with arguments that make it exit with 0. */
  readonly programs: readonly (readonly [program: string, ...args: readonly string[]])[];
  /** Whether they may come from backports, if the release has none. @default {false} */
  readonly isBackported?: boolean;
}

/**
 * Installs packages, unless their programs are there. Test files run in parallel, so one of them
 * holds a file lock and installs, and the others wait.
 *
 * @throws {Error} which names the packages, if this process cannot install them: a test must never be
 * skipped in silence.
 */
export async function ensurePackages(needed: Needed): Promise<void> {
  if (await isInstalled(needed)) return;
  const { purpose, packages } = needed;
  if (Deno.uid() !== 0 || !await succeeds("apt-get", ["--version"])) {
    throw new Error(
      `Cannot ${purpose}: install Debian's packages ${packages.join(", ")}, ` +
        "and run the tests as root",
    );
  }
  using lock = await Deno.open(LOCK_PATH, { create: true, write: true });
  await lock.lock(EXCLUSIVE);
  if (await isInstalled(needed)) return;
  await apt(["update"]);
  if (needed.isBackported && !await areKnown(packages)) {
    await addBackports();
    await apt(["update"]);
  }
  await apt(["install", "-y", "--no-install-recommends", ...packages]);
}

async function isInstalled({ programs }: Needed): Promise<boolean> {
  const found = programs.map(([program, ...args]) => succeeds(program, args));
  return (await Promise.all(found)).every((each) => each);
}

async function areKnown(packages: readonly string[]): Promise<boolean> {
  return await succeeds("apt-cache", ["show", "--no-all-versions", ...packages]);
}

async function apt(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("apt-get", {
    args: [...args],
    // Services of the packages must not start: each test starts daemons of its own. With the TMPDIR
    // of this process, apt-get would be killed with it, in the middle of an installation.
    env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1", TMPDIR: "/tmp" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(
      `Cannot install: apt-get ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`,
    );
  }
}

/**
 * Runs a program.
 *
 * @returns Whether the program exists and exits with 0.
 */
export async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
