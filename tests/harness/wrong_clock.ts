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
  /** Changes it by an offset, such as `+31d`, also while a hook runs. */
  readonly set: (offset: string) => void;
}

const LINKER = "/lib64/ld-linux-x86-64.so.2";
const LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/**
 * Makes a clock that is right until it is set.
 *
 * @param application The application whose units have the clock. @default {every one}
 */
export async function createWrongClock(application?: string): Promise<WrongClock> {
  await ensurePackages({
    purpose: "change a hook's clock",
    packages: ["faketime"],
    programs: [["faketime", "--version"]],
  });
  const file = `${await makeTemporaryFolder({ prefix: "clock-" })}/offset`;
  const set = (offset: string): void => {
    // A hook that runs reads the file at any time, so it must always be whole.
    Deno.writeTextFileSync(`${file}.new`, offset);
    Deno.renameSync(`${file}.new`, file);
  };
  set("+0d");
  return {
    run: async (execution) => {
      if (application !== undefined && !execution.unit.startsWith(`${application}/`)) {
        return await runProcess(execution);
      }
      await preload(`${execution.cwd}/runtime/deno`);
      const faked = {
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: "1",
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      };
      return await runProcess({ ...execution, env: { ...execution.env, ...faked } });
    },
    set,
  };
}

/** Loads the library into the charm's runtime. With LD_PRELOAD, that would start no hook tool. */
async function preload(runtime: string): Promise<void> {
  const real = `${runtime}.real`;
  if (await Deno.stat(real).catch(() => undefined)) return;
  await Deno.rename(runtime, real);
  const script = `#!/bin/sh\nexec ${LINKER} --preload ${LIBRARY} "$0".real "$@"\n`;
  await Deno.writeTextFile(runtime, script, { mode: 0o755 });
}
