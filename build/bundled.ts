/**
 * The form `bundled`: the charm carries one `deno`. Each executable is a stub, which runs its bundle with that `deno`.
 *
 * @module
 */

import { data, program } from "./charm_file.ts";
import { BuildError } from "./error.ts";
import type { Runtime } from "./runtime.ts";
import { renderBundledStub } from "./stub.ts";
import { type Arch, DENO_VERSION, TARGETS } from "./target.ts";

/** Settings of the form `bundled`. */
export interface BundledOptions {
  /** Architecture of the runtime. */
  readonly arch: Arch;
  /** Why the build chose this form. */
  readonly reason: string;
  /** Path of Deno for that architecture. @default {the file in Deno's npm package} */
  readonly deno?: string;
}

const RUNTIME = "runtime/deno";

/**
 * Creates the form `bundled`.
 */
export function bundled({ arch, reason, deno = denoOf(arch) }: BundledOptions): Runtime {
  return {
    form: "bundled",
    reason,
    arch,
    component: {
      name: "deno",
      path: RUNTIME,
      purl: `pkg:npm/${TARGETS[arch].npmPackage.replace("@", "%40")}@${DENO_VERSION}`,
    },
    files: async (executables) => [
      program(RUNTIME, await read(deno)),
      ...executables.flatMap(({ path, code, permissions }) => {
        const bundle = `bundle/${path}.js`;
        const stub = { runtime: RUNTIME, bundle, permissions };
        return [program(path, renderBundledStub(stub)), data(bundle, code)];
      }),
    ],
  };
}

/** Finds Deno. Deno has fetched all packages of `deno.json` and checked them against `deno.lock` before the build runs. */
function denoOf(arch: Arch): string {
  return new URL(import.meta.resolve(`${TARGETS[arch].npmPackage}/deno`)).pathname;
}

async function read(deno: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(deno);
  } catch (cause) {
    throw new BuildError(`Cannot read the runtime: ${(cause as Error).message}`, { cause });
  }
}
