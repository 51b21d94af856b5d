/**
 * The choice between the two forms of executables.
 *
 * @module
 */

import { bundled } from "./bundled.ts";
import { compiled } from "./compiled.ts";
import { findDenort, type Variables } from "./denort.ts";
import { BuildError } from "./error.ts";
import type { Runtime } from "./runtime.ts";
import { type Arch, DENO_VERSION } from "./target.ts";

/** Form and architecture of a build. */
export interface Choice {
  /** The form; `auto` means `compiled` if the build finds `denort`, and `bundled` if not. */
  readonly form: "auto" | "bundled" | "compiled";
  /** Architecture of the charm. */
  readonly arch: Arch;
  /** Variables that replace those of this process. */
  readonly env?: Variables;
}

/**
 * Checks that the Deno that runs the build has the version of the Deno that runs the charm.
 *
 * @param version Version of the Deno that runs the build.
 * @throws {BuildError} If the versions differ.
 */
export function checkDeno(version: string): void {
  if (version === DENO_VERSION) return;
  throw new BuildError(`Cannot build with Deno ${version}: it must be ${DENO_VERSION}`);
}

/**
 * Chooses the runtime.
 *
 * @throws {BuildError} If the form is `compiled` and there is no `denort`.
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
