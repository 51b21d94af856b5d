/**
 * The stubs: executables of hooks and actions, in a few lines of POSIX sh.
 *
 * @module
 */

import { DENO_FLAGS } from "./runtime.ts";

/** Settings of a stub of the form `bundled`. */
export interface BundledStubOptions {
  /** Path of the runtime below the charm's directory. */
  readonly runtime: string;
  /** Path of the hook's bundle below the charm's directory. */
  readonly bundle: string;
  /** Permissions of the hook, as flags of `deno run`. */
  readonly permissions: readonly string[];
}

/** Settings of a stub of the form `compiled`. */
export interface CompiledStubOptions {
  /** Path, below the charm's directory, of the script that assembles executables. */
  readonly assemble: string;
  /** Name of the folder for the executables of this revision of the charm. */
  readonly revision: string;
  /** Name of the executable in that folder. */
  readonly name: string;
  /** SHA-256 of the executable. */
  readonly sha256: string;
  /** Offset of the tail of the executable, in bytes. */
  readonly start: number;
}

// Folders that the unit creates. An upgrade can change the form, so each form removes the folder of the other.
const CACHE = "runtime/cache";
const COMPILED = "runtime/compiled";
/** Folder of the charm's own programs that executables may run. */
export const TOOLS = "runtime/tools";
// Deno colors its errors even if the output is no terminal.
const SWITCHES = [
  "NO_COLOR=1",
  "DENO_NO_UPDATE_CHECK=1",
  "DENO_DISABLE_NODE_SHIM=1",
];

/** Finds the charm's directory, and the charm's own programs in it. Juju may run the stub through a link in another folder. */
const FIND_CHARM = `self=$0
[ ! -L "$self" ] || self=$(/usr/bin/readlink -f -- "$self") || exit
charm=$(CDPATH= cd -P -- "\${self%/*}/.." && pwd -P) || exit
export PATH="$charm"/${TOOLS}"\${PATH:+:$PATH}"`;

/**
 * Renders the stub `hooks/<name>` or `actions/<name>` of the form `bundled`. The stub needs no variable and no working
 * directory. It runs other programs only to follow a link, and to remove the folder of the other form.
 *
 * The runtime's cache is below the charm's directory and keeps V8's compiled code. The first hook that imports
 * `node:https` fills the cache and takes 1.3 of the time to start; every later one takes 0.72 of the time.
 */
export function renderBundledStub(
  { runtime, bundle, permissions }: BundledStubOptions,
): string {
  const flags = [...DENO_FLAGS, ...permissions].map((flag) => `  ${quote(flag)} \\`);
  // Juju sets no HOME. Deno then uses the home of root, and a broken .npmrc there would stop every hook.
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
 * The paths in it are absolute and have no `..`, because Deno does not find its embedded files if TMPDIR has `..`.
 *
 * The executable writes V8's compiled code to the folder for temporary files, so that folder is below the charm's
 * directory.
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
