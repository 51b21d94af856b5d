/**
 * The executable of a hook: a few lines of POSIX sh.
 *
 * @module
 */

import { DENO_FLAGS } from "./runtime.ts";

/** What a stub of the form `bundled` runs. */
export interface BundledStubOptions {
  /** Path of the runtime below the charm's directory. */
  readonly runtime: string;
  /** Path of the hook's bundle below the charm's directory. */
  readonly bundle: string;
  /** The hook's permissions, as flags of `deno run`. */
  readonly permissions: readonly string[];
}

/** What a stub of the form `compiled` becomes. */
export interface CompiledStubOptions {
  /** Path, below the charm's directory, of the script that puts executables together. */
  readonly assemble: string;
  /** Name of the folder for the executables of this revision of the charm. */
  readonly revision: string;
  /** Name of the executable in it. */
  readonly name: string;
  /** SHA-256 of the executable. */
  readonly sha256: string;
  /** Where its tail begins, in bytes. */
  readonly start: number;
}

/** What is made on the unit, by either form: a charm of the other form may be upgraded to. */
const CACHE = "runtime/cache";
const COMPILED = "runtime/compiled";
// Deno colors its errors even if nobody looks.
const SWITCHES = [
  "NO_COLOR=1",
  "DENO_NO_UPDATE_CHECK=1",
  "DENO_DISABLE_NODE_SHIM=1",
];

/** Finds the charm's directory; what runs may be a link to the stub, in another folder. */
const FIND_CHARM = `self=$0
[ ! -L "$self" ] || self=$(/usr/bin/readlink -f -- "$self") || exit
charm=$(CDPATH= cd -P -- "\${self%/*}/.." && pwd -P) || exit`;

/**
 * Renders the stub `hooks/<name>` or `actions/<name>` of the form `bundled`. It needs no variable and no working
 * directory, and no other program but to follow a link, and to clear away what a charm of the other form left behind.
 *
 * The runtime's cache stays below the charm's directory and keeps V8's compiled code: a hook that imports `node:https`
 * then starts in 0.72 of the time, once the first has filled it (in 1.3 of the time).
 *
 * @param options What it runs.
 * @returns Its text.
 */
export function renderBundledStub(
  { runtime, bundle, permissions }: BundledStubOptions,
): string {
  const flags = [...DENO_FLAGS, ...permissions].map((flag) => `  ${quote(flag)} \\`);
  // Juju sets no HOME; Deno then takes root's, and a broken .npmrc there would stop every hook.
  return `#!/bin/sh
${FIND_CHARM}
[ ! -e "$charm"/${COMPILED} ] || /bin/rm -rf "$charm"/${COMPILED}
export HOME="$charm" DENO_DIR="$charm"/${CACHE}
export ${SWITCHES.join(" ")}
exec "$charm"/${quote(runtime)} run \\
${flags.join("\n")}
  "$charm"/${quote(bundle)}
`;
}

/**
 * Renders the stub of the form `compiled`.
 *
 * Its paths are absolute and have no `..`: Deno does not find its embedded files below a TMPDIR that has.
 *
 * The executable's cache of V8's compiled code goes to the folder for temporary files, so that folder is below the
 * charm's directory.
 *
 * @param options What it becomes.
 * @returns Its text.
 */
export function renderCompiledStub(
  { assemble, revision, name, sha256, start }: CompiledStubOptions,
): string {
  return `#!/bin/sh
${FIND_CHARM}
made="$charm"/${COMPILED}/${revision}
[ -e "$made"/${name} ] || "$charm"/${assemble} ${revision} ${name} ${start} \\
  ${sha256} || exit
export HOME="$charm" TMPDIR="$made" DENO_DIR="$made"
export ${SWITCHES.join(" ")}
exec "$made"/${name}
`;
}

function quote(text: string): string {
  return /^[\w./=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
