/**
 * Chooses how executables get their runtime.
 *
 * @module
 */

import { bundled } from "./bundled.ts";
import { compiled } from "./compiled.ts";
import { findDenort, type Variables } from "./denort.ts";
import { BuildError } from "./error.ts";
import type { Runtime } from "./runtime.ts";
import { type Arch, DENO_VERSION } from "./target.ts";

/** What is asked for. */
export interface Choice {
  /** The form; `auto` is `compiled` where `denort` can be had, else `bundled`. */
  readonly form: "auto" | "bundled" | "compiled";
  /** Architecture of the charm. */
  readonly arch: Arch;
  /** Variables in place of those of this process. */
  readonly env?: Variables;
}

/**
 * Refuses to bundle or compile with another Deno than the one that runs the result.
 *
 * @param version Version of the Deno that runs the build.
 * @throws {BuildError} If it is another.
 */
export function checkDeno(version: string): void {
  if (version === DENO_VERSION) return;
  throw new BuildError(`Cannot build with Deno ${version}: it must be ${DENO_VERSION}`);
}

/**
 * Chooses the runtime.
 *
 * @param choice What is asked for.
 * @returns The runtime.
 * @throws {BuildError} If it is not to be had.
 */
export async function chooseRuntime({ form, arch, env }: Choice): Promise<Runtime> {
  if (form === "bundled") return bundled({ arch, reason: "as asked for" });
  const denort = await findDenort(arch, env);
  if (denort.kind === "found") {
    return compiled({ arch, reason: `with ${denort.where}`, denort: denort.bytes });
  }
  if (form === "auto") return bundled({ arch, reason: denort.why });
  throw new BuildError(`Cannot compile: ${denort.why}`);
}
