/**
 * The common interface of the two forms of executables, `compiled` and `bundled`.
 *
 * @module
 */

import type { CharmFile } from "./charm_file.ts";
import type { Arch } from "./target.ts";

/** Flags of `deno run` and `deno compile`, without the permissions. */
export const DENO_FLAGS: readonly string[] = [
  // Without this flag, each hook would log a line for each hook tool that the running Juju lacks.
  "--quiet",
  "--no-prompt",
  "--no-config",
  "--no-remote",
  "--no-npm",
];

/** A form of executables, with its runtime. */
export interface Runtime {
  /** Name of the form. */
  readonly form: "bundled" | "compiled";
  /** Why the build chose this form. */
  readonly reason: string;
  /** Architecture of the runtime. */
  readonly arch: Arch;
  /** The part of Deno in the charm. */
  readonly component: RuntimeComponent;
  /** Creates the files of all executables, and the files that they share. */
  readonly files: (
    executables: readonly BundledExecutable[],
  ) => Promise<readonly CharmFile[]>;
}

/** The part of Deno in the charm. */
export interface RuntimeComponent {
  /** `deno` or `denort`. */
  readonly name: string;
  /** Path in the charm. */
  readonly path: string;
  /** Origin, as a package URL. */
  readonly purl: string;
}

/** A bundled hook or action. */
export interface BundledExecutable {
  /** Path in the charm. */
  readonly path: string;
  /** Unique name, such as `start` or `action-say`. */
  readonly name: string;
  /** Code: one JavaScript module. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Permissions, as flags of `deno run` and `deno compile`. */
  readonly permissions: readonly string[];
}
