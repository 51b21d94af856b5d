/**
 * How executables get their runtime: what the two forms, `compiled` and `bundled`, have in common.
 *
 * @module
 */

import type { CharmFile } from "./charm_file.ts";
import type { Arch } from "./target.ts";

/** Flags of `deno run` and `deno compile`, beside the permissions. */
export const DENO_FLAGS: readonly string[] = [
  // Else a hook tool that the running Juju lacks is one line in the log of each hook.
  "--quiet",
  "--no-prompt",
  "--no-config",
  "--no-remote",
  "--no-npm",
];

/** A way to make executables of bundled hooks. */
export interface Runtime {
  /** Its name. */
  readonly form: "bundled" | "compiled";
  /** Why the build chose it. */
  readonly reason: string;
  /** Architecture that it runs on. */
  readonly arch: Arch;
  /** What the charm carries of Deno, as a component of the charm. */
  readonly component: RuntimeComponent;
  /** Makes the files of all executables, and those that they share. */
  readonly files: (
    executables: readonly BundledExecutable[],
  ) => Promise<readonly CharmFile[]>;
}

/** What the charm carries of Deno. */
export interface RuntimeComponent {
  /** `deno` or `denort`. */
  readonly name: string;
  /** Path of its file in the charm. */
  readonly path: string;
  /** Where it comes from, as a package URL. */
  readonly purl: string;
}

/** A bundled hook or action. */
export interface BundledExecutable {
  /** Its path in the charm, as Juju runs it. */
  readonly path: string;
  /** A name that no other executable has: `start`, or `action-start`. */
  readonly name: string;
  /** Its code, one JavaScript module. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Its permissions, as flags of `deno run` and `deno compile`. */
  readonly permissions: readonly string[];
}
