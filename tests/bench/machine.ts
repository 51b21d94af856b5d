/**
 * The machine that a run of the bench was on.
 *
 * @module
 */
import { LXD } from "../lxd/product.ts";
import type { Options } from "./options.ts";

/** Describes the machine, and how it was measured. */
export async function describeMachine(
  { runs, toolDelayMs }: Pick<Options, "runs" | "toolDelayMs">,
): Promise<Readonly<Record<string, string | number>>> {
  const cpus = await Deno.readTextFile("/proc/cpuinfo");
  return {
    processors: navigator.hardwareConcurrency,
    processor: cpus.match(/^model name\s*: (.*)$/m)?.[1] ?? Deno.build.arch,
    kernel: Deno.osRelease(),
    deno: Deno.version.deno,
    lxd: LXD.version(),
    runs,
    toolDelayMs,
    load: Deno.loadavg()[0] ?? NaN,
  };
}
