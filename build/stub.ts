/**
 * The executable of a hook, in the form `bundled`: a few lines of POSIX sh.
 *
 * @module
 */

/** What a stub runs. */
export interface StubOptions {
  /** Path of the runtime below the charm's directory. */
  readonly runtime: string;
  /** Path of the runtime's cache below the charm's directory. */
  readonly cache: string;
  /** Path of the hook's bundle below the charm's directory. */
  readonly bundle: string;
  /** The hook's permissions, as flags of `deno run`. */
  readonly permissions: readonly string[];
}

const FLAGS = [
  // Else a hook tool that the running Juju lacks is one line in the log of each hook.
  "--quiet",
  "--no-prompt",
  "--no-config",
  "--no-remote",
  "--no-npm",
];
// Deno colors its errors even if nobody looks.
const SWITCHES = [
  "NO_COLOR=1",
  "DENO_NO_UPDATE_CHECK=1",
  "DENO_DISABLE_NODE_SHIM=1",
];

/**
 * Renders the stub `hooks/<name>` or `actions/<name>`. It needs no other program, no variable and no working directory.
 *
 * @param options What it runs.
 * @returns Its text.
 */
export function renderStub(
  { runtime, cache, bundle, permissions }: StubOptions,
): string {
  const flags = [...FLAGS, ...permissions].map((flag) => `  ${quote(flag)} \\`);
  // Juju sets no HOME; Deno then takes root's, and a broken .npmrc there would stop every hook.
  return `#!/bin/sh
charm="\${0%/*}/.."
export HOME="$charm" DENO_DIR="$charm"/${quote(cache)}
export ${SWITCHES.join(" ")}
exec "$charm"/${quote(runtime)} run \\
${flags.join("\n")}
  "$charm"/${quote(bundle)}
`;
}

function quote(text: string): string {
  return /^[\w./=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
