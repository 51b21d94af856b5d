/**
 * The form `bundled`: the charm carries one `deno`, and each executable is a stub that runs its bundle with it.
 *
 * @module
 */

import { data, program } from "./charm_file.ts";
import { BuildError } from "./error.ts";
import type { Runtime } from "./runtime.ts";
import { renderBundledStub } from "./stub.ts";
import { type Arch, DENO_VERSION, TARGETS } from "./target.ts";

/** What the form is made of. */
export interface BundledOptions {
  /** Architecture of the runtime. */
  readonly arch: Arch;
  /** Why the build chose it. */
  readonly reason: string;
  /** Path of Deno for that architecture. @default {that of Deno's npm package} */
  readonly deno?: string;
}

const RUNTIME = "runtime/deno";

/**
 * Makes the form `bundled`.
 *
 * @param options What it is made of.
 * @returns The form.
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

/** Deno fetches all packages of `deno.json`, and holds each against `deno.lock`, before it runs the build. */
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
