/**
 * `deno task demo`: shows the charm at work.
 *
 * @module
 */
import { findBackend } from "./backend.ts";
import { CheckError, createScreen, secondsSince, standardOutput, writeIfRead } from "./screen.ts";
import { runDemo } from "./run.ts";

// A shell reports a signal as 128 plus its number.
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs the demonstration on standard output. A signal ends the demonstration after its current
 * step, and ends everything that it started.
 *
 * @returns Exit code: 0 if all checks passed.
 */
export async function main(): Promise<number> {
  const began = performance.now();
  const output = standardOutput();
  const aborter = new AbortController();
  const screen = createScreen(output, aborter.signal);
  let interrupted: number | undefined;
  using listeners = new DisposableStack();
  for (const [signal, code] of Object.entries(EXIT_CODES) as [Deno.Signal, number][]) {
    const listener = () => {
      if (interrupted !== undefined) return;
      interrupted = code;
      aborter.abort();
      writeIfRead(output, "\nInterrupted: ending the LXD\n");
    };
    Deno.addSignalListener(signal, listener);
    listeners.defer(() => Deno.removeSignalListener(signal, listener));
  }
  try {
    // An installation of LXD may take a minute. This wait prints no line of its own at the end.
    const backend = await screen.wait({
      what: "Looking for LXD",
      work: findBackend,
      done: () => "",
    });
    await runDemo(screen, backend);
    screen.say(`\nAll checks passed: ${screen.checks()} in ${secondsSince(began)}.`);
    return 0;
  } catch (error) {
    if (interrupted !== undefined) return interrupted;
    const reason = error instanceof CheckError ? "this check failed" : "this went wrong";
    const message = Error.isError(error) ? error.message : error;
    writeIfRead(output, `\nCannot go on: ${reason}: ${message}\n`);
    return 1;
  }
}

if (import.meta.main) Deno.exitCode = await main();
