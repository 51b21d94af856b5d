/**
 * The version of Deno in the charm, and the architectures of charms.
 *
 * @module
 */

import { BuildError } from "./error.ts";

/** An architecture, by Juju's name. */
export type Arch = keyof typeof TARGETS;

/** The names of an architecture elsewhere. */
export interface Target {
  /** The npm package of Deno. */
  readonly npmPackage: string;
  /** Name for `deno compile --target`. */
  readonly triple: string;
  /** `e_machine` of ELF files. */
  readonly machine: number;
}

/** The version of Deno that builds the charm, and that the charm carries. */
export const DENO_VERSION = "2.9.6";

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
 * Checks whether a charm can be built for an architecture.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.ok(isArch("arm64"));
 * assert.ok(!isArch("riscv64"));
 * ```
 */
export function isArch(name: string): name is Arch {
  return Object.hasOwn(TARGETS, name);
}

const ARCHS: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

/**
 * Returns the architecture of this machine.
 *
 * @throws {BuildError} If a charm cannot be built for it.
 */
export function hostArch(): Arch {
  const arch = ARCHS[Deno.build.arch] ?? Deno.build.arch;
  if (isArch(arch)) return arch;
  throw new BuildError(`Cannot build for ${arch}: name another with --platform`);
}
