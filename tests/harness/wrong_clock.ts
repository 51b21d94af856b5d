/**
 * A wrong clock for the hooks of charms that this project's build has made. LXD has the right time.
 *
 * @module
 */
import { type Runner, runProcess } from "../juju/mod.ts";
import { ensurePackages } from "../packages.ts";
import { makeTemporaryFolder } from "../temporary.ts";

/** A clock of a charm's machine. */
export interface WrongClock {
  /** Runs hooks by it. */
  readonly run: Runner;
  /** Sets how many seconds it is ahead, also while a hook runs. */
  readonly set: (seconds: number) => void;
}

const LINKER = "/lib64/ld-linux-x86-64.so.2";
const SOURCE = new URL("./wrong_clock.c", import.meta.url).pathname;

/**
 * Makes a clock that is right until it is set.
 *
 * @param application The application whose units have the clock. @default {every one}
 */
export async function createWrongClock(application?: string): Promise<WrongClock> {
  const folder = await makeTemporaryFolder({ prefix: "clock-" });
  const library = `${folder}/clock.so`;
  await compile(library);
  const file = `${folder}/offset`;
  const set = (seconds: number): void => {
    // A hook that runs has mapped the file, so it must stay the same one.
    using offset = Deno.openSync(file, { write: true, create: true });
    offset.writeSync(new Uint8Array(new BigInt64Array([BigInt(seconds)]).buffer));
  };
  set(0);
  return {
    run: async (execution) => {
      if (application !== undefined && !execution.unit.startsWith(`${application}/`)) {
        return await runProcess(execution);
      }
      await preload(`${execution.cwd}/runtime/deno`, library);
      const env = { ...execution.env, CLOCK_OFFSET_FILE: file };
      return await runProcess({ ...execution, env });
    },
    set,
  };
}

/** Compiles the clock. Debian's libfaketime crashes processes of many threads, such as Deno's. */
async function compile(library: string): Promise<void> {
  await ensurePackages({
    purpose: "compile a wrong clock",
    packages: ["tcc", "libc6-dev"],
    programs: [["tcc", "-v"], ["test", "-e", "/usr/include/time.h"]],
  });
  const { success, stderr } = await new Deno.Command("tcc", {
    args: ["-shared", "-o", library, SOURCE],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Cannot compile ${SOURCE}: ${new TextDecoder().decode(stderr)}`);
}

/** Loads the library into the charm's runtime. With LD_PRELOAD, that would start no hook tool. */
async function preload(runtime: string, library: string): Promise<void> {
  const real = `${runtime}.real`;
  if (await Deno.stat(real).catch(() => undefined)) return;
  await Deno.rename(runtime, real);
  const script = `#!/bin/sh\nexec ${LINKER} --preload ${library} "$0".real "$@"\n`;
  await Deno.writeTextFile(runtime, script, { mode: 0o755 });
}
