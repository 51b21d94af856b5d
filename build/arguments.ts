/**
 * The command line of the build.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { Choice } from "./choose_runtime.ts";
import { BuildError } from "./error.ts";
import { type Arch, isArch } from "./target.ts";

/** A command with its options. */
export interface Arguments {
  /** The product: the charm, or plain executables. */
  readonly command: "build" | "compile";
  /** Folder for the result. */
  readonly out: string;
  /** Form of the executables. */
  readonly form: Choice["form"];
  /** Architecture; undefined for the architecture of this machine. */
  readonly arch: Arch | undefined;
}

const FORMS = ["auto", "bundled", "compiled"] as const;
const USAGE = {
  build: "--out <folder>, --runtime compiled|bundled|auto, --platform amd64|arm64",
  compile: "--out <folder>, --platform amd64|arm64",
};

/**
 * Reads the command line.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseArguments(["compile", "--platform", "arm64"]), {
 *   command: "compile",
 *   out: "dist",
 *   form: "auto",
 *   arch: "arm64",
 * });
 * ```
 *
 * @param args The command, `build` or `compile`, and its options.
 * @returns The command with its options.
 * @throws {BuildError} If the command or an option is unknown.
 */
export function parseArguments([name, ...args]: readonly string[]): Arguments {
  const command = name === "compile" ? name : "build";
  const refuse = (cause?: unknown) =>
    new BuildError(`Cannot read the arguments: only ${USAGE[command]}`, { cause });
  const values = parse(args, refuse);
  const form = FORMS.find((each) => each === values.runtime);
  const { out, platform } = values;
  const isKnown = name === command && form !== undefined &&
    (platform === undefined || isArch(platform)) &&
    (command === "build" || form === "auto");
  if (!isKnown) throw refuse();
  return { command, out, form, arch: platform };
}

function parse(args: readonly string[], refuse: (cause: unknown) => Error) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        out: { type: "string", default: "dist" },
        runtime: { type: "string", default: "auto" },
        platform: { type: "string" },
      },
    }).values;
  } catch (cause) {
    throw refuse(cause);
  }
}
