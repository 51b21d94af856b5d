/**
 * What the charm is built for: Deno's version, and the architectures.
 *
 * @module
 */

import { BuildError } from "./error.ts";

/** An architecture, as Juju names it. */
export type Arch = keyof typeof TARGETS;

/** An architecture, as others name it. */
export interface Target {
  /** The npm package with Deno for it. */
  readonly npmPackage: string;
  /** Name for `deno compile --target`. */
  readonly triple: string;
  /** `e_machine` of its ELF files. */
  readonly machine: number;
}

/** The version of Deno that builds the charm and that the charm carries. */
export const DENO_VERSION = "2.9.5";

/** The architectures. */
export const TARGETS = {
  amd64: {
    npmPackage: "@deno/linux-x64-glibc",
    triple: "x86_64-unknown-linux-gnu",
    machine: 62,
  },
  arm64: {
    npmPackage: "@deno/linux-arm64-glibc",
    triple: "aarch64-unknown-linux-gnu",
    machine: 183,
  },
} satisfies Readonly<Record<string, Target>>;

/**
 * Tells whether a charm can be built for an architecture.
 *
 * @param name Its name.
 * @returns Whether it is one of ours.
 */
export function isArch(name: string): name is Arch {
  return Object.hasOwn(TARGETS, name);
}

const ARCHS: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/**
 * Tells the architecture that the build runs on.
 *
 * @returns The architecture.
 * @throws {BuildError} If a charm cannot be built for it.
 */
export function hostArch(): Arch {
  const arch = ARCHS[Deno.build.arch] ?? Deno.build.arch;
  if (isArch(arch)) return arch;
  throw new BuildError(`Cannot build for ${arch}: name another with --platform`);
}
