/**
 * `deno task demo`: the charm's main job, before a person's eyes.
 *
 * @module
 */
import { findBackend } from "./backend.ts";
import { CheckError, createScreen, secondsSince, standardOutput, writeIfRead } from "./screen.ts";
import { runDemo } from "./run.ts";

// As a shell reports them: 128 and the signal's number.
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs the demonstration on standard output. A signal ends it after the step it is at, and all that
 * it started with it.
 *
 * @returns Exit code: 0 if everything was as it should be.
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
      writeIfRead(output, "\nInterrupted: ending what was started\n");
    };
    Deno.addSignalListener(signal, listener);
    listeners.defer(() => Deno.removeSignalListener(signal, listener));
  }
  try {
    // Installing LXD may take a minute, and its first line is to be the first one.
    const backend = await screen.wait({
      what: "Looking for LXD",
      work: findBackend,
      done: () => "",
    });
    await runDemo(screen, backend);
    screen.say(`\nAll is as it should be: ${screen.checks()} checks in ${secondsSince(began)}.`);
    return 0;
  } catch (error) {
    if (interrupted !== undefined) return interrupted;
    const reason = error instanceof CheckError ? "this is not as it should be" : "this went wrong";
    const message = Error.isError(error) ? error.message : error;
    writeIfRead(output, `\nCannot go on: ${reason}: ${message}\n`);
    return 1;
  }
}

if (import.meta.main) Deno.exitCode = await main();
