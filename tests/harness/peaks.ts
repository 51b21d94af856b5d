/**
 * Measures the memory of hooks that run as processes.
 *
 * @module
 */
import { type Execution, type Exit, type Runner, runProcess } from "../juju/mod.ts";

/** The memory of the hooks so far. Disposal removes its files. */
export interface Peaks extends Disposable {
  /** Runs hooks. */
  readonly run: Runner;
  /** The highest resident memory of one hook, in bytes. */
  readonly highest: () => number;
}

// The kernel keeps the peak of a process as long as the process runs.
const SCRIPT = `#!/bin/sh
"$MEASURED_HOOK" &
hook=$!
while grep VmHWM "/proc/$hook/status" >>"$MEASURED_PEAKS" 2>/dev/null; do sleep 0.01; done
wait "$hook"
`;

/** Makes a runner that measures. */
export function createPeaks(): Peaks {
  const directory = Deno.makeTempDirSync();
  const [script, peaks] = [`${directory}/hook`, `${directory}/peaks`];
  Deno.writeTextFileSync(script, SCRIPT, { mode: 0o755 });
  Deno.writeTextFileSync(peaks, "");
  return {
    run: async (execution: Execution): Promise<Exit> => {
      const env = { ...execution.env, MEASURED_HOOK: execution.path, MEASURED_PEAKS: peaks };
      return await runProcess({ ...execution, path: script, env });
    },
    highest: () => {
      const sizes = Deno.readTextFileSync(peaks).matchAll(/(\d+) kB/g);
      return sizes.reduce((highest, [, size]) => Math.max(highest, Number(size) * 1024), 0);
    },
    [Symbol.dispose]: () => Deno.removeSync(directory, { recursive: true }),
  };
}
