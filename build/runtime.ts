/**
 * How executables get their runtime: the one place that knows the forms of design.md.
 *
 * @module
 */

import { type CharmFile, data, program } from "./charm_file.ts";
import { BuildError } from "./error.ts";
import type { Arch } from "./manifest.ts";
import { renderStub } from "./stub.ts";

/** A way to make an executable of a bundled hook. */
export interface Runtime {
  /** Its name in design.md. */
  readonly form: "bundled";
  /** Why the build chose it. */
  readonly reason: string;
  /** Architecture that it runs on. */
  readonly arch: Arch;
  /** Makes the files that all executables share. */
  readonly shared: () => Promise<readonly CharmFile[]>;
  /** Makes the files of one executable. */
  readonly executable: (options: ExecutableOptions) => readonly CharmFile[];
}

/** A bundled hook. */
export interface ExecutableOptions {
  /** Its path in the charm, as Juju runs it. */
  readonly path: string;
  /** Its code, one JavaScript module. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Its permissions, as flags of `deno run`. */
  readonly permissions: readonly string[];
}

/** What tells whether a Deno may be put into the charm. */
export interface Host {
  /** Its version. */
  readonly version: string;
  /** Operating system that it runs on. */
  readonly os: string;
  /** Architecture that it runs on, as Rust names it. */
  readonly arch: string;
}

/** The version of Deno that the charm carries. */
export const DENO_VERSION = "2.9.5";

const ARCHS: ReadonlyMap<string, Arch> = new Map([["x86_64", "amd64"]]);
const RUNTIME = "runtime/deno";
const CACHE = "runtime/cache";

/**
 * Chooses the runtime: always `bundled`, with the Deno that runs the build.
 *
 * @param host What runs the build.
 * @returns The runtime.
 * @throws {BuildError} If that Deno is another than the charm is to carry.
 */
export function chooseRuntime(
  host: Host = { ...Deno.build, version: Deno.version.deno },
): Runtime {
  if (host.version !== DENO_VERSION) {
    throw new BuildError(
      `Cannot put Deno ${host.version} into the charm: it must be ${DENO_VERSION}`,
    );
  }
  const arch = host.os === "linux" ? ARCHS.get(host.arch) : undefined;
  if (arch === undefined) {
    throw new BuildError(
      `Cannot build on ${host.os} ${host.arch}: it must be linux x86_64`,
    );
  }
  return bundled(arch, Deno.execPath());
}

/**
 * Makes the form `bundled`: the charm carries one `deno`, and each executable is a stub that runs its bundle with it.
 *
 * The runtime's cache stays below the charm's directory and keeps V8's compiled code: a hook that imports `node:https`
 * then starts in 0.72 of the time, once the first has filled it (in 1.3 of the time).
 *
 * @param arch Architecture of the runtime.
 * @param deno Path of the runtime.
 * @returns The form.
 */
export function bundled(arch: Arch, deno: string): Runtime {
  return {
    form: "bundled",
    reason: "no denort is at hand",
    arch,
    shared: async () => [program(RUNTIME, await Deno.readFile(deno))],
    executable: ({ path, code, permissions }) => {
      const bundle = `bundle/${path}.js`;
      const stub = { runtime: RUNTIME, cache: CACHE, bundle, permissions };
      return [program(path, renderStub(stub)), data(bundle, code)];
    },
  };
}
