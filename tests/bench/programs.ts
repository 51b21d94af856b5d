/**
 * The programs that are measured beside a hook of a built charm, with the hook's own stub: the same
 * runtime, flags and permissions.
 *
 * @module
 */
import { dirname } from "node:path/posix";
import type { TestCertificate } from "../certificates.ts";
import type { Recorded } from "./capture.ts";
import type { Program } from "./measure.ts";
import type { AnsweredCall } from "./tool_server.ts";
import { type Span, wavesOf } from "./waves.ts";

/** A request that a hook made. */
export interface TracedRequest extends Span {
  /** Its method. */
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** Address of the server. */
  readonly host: string;
  /** Its port. */
  readonly port?: string;
  /** ETag that the object must have. */
  readonly etag?: string;
  /** Its body. */
  readonly body?: string;
}

/** What one run of a hook did, with its times. */
export interface Trace {
  /** Its calls of tools. */
  readonly calls: readonly AnsweredCall[];
  /** Its requests to LXD. */
  readonly requests: readonly TracedRequest[];
}

/** Programs beside a hook. */
export interface Programs {
  /** The hook itself, which prints its requests. */
  readonly traced: Program;
  /** A program of no line. */
  readonly empty: Program;
  /** A program that does what a run of the hook did. It exists once its plan is written. */
  readonly minimal: Program;
  /** Writes that plan. */
  readonly plan: (trace: Trace, credential: TestCertificate) => Promise<void>;
}

const FOLDER = "bundle/bench";
const BUNDLE_REGEXP = /\n {2}"\$charm"\/bundle\/hooks\/[\w-]+\.js\n$/;

/**
 * Writes the programs into the charm of a unit.
 *
 * @throws {Error} If the charm is not of the form `bundled`.
 */
export async function writePrograms(recorded: Recorded): Promise<Programs> {
  const { cwd, path, hook } = recorded;
  const stub = await Deno.readTextFile(path);
  if (!BUNDLE_REGEXP.test(stub)) {
    throw new Error(`Cannot measure ${path}: the charm must be built with --runtime bundled`);
  }
  const folder = `${cwd}/${FOLDER}`;
  await Deno.mkdir(folder, { recursive: true });
  for (const name of ["minimal.js", "trace.js"]) {
    await Deno.copyFile(new URL(`./${name}`, import.meta.url), `${folder}/${name}`);
  }
  await Deno.writeTextFile(`${folder}/empty.js`, "");
  const write = async (name: string, changed: string): Promise<Program> => {
    const file = `${dirname(path)}/bench-${name}-${hook}`;
    await Deno.writeTextFile(file, changed, { mode: 0o755 });
    return { ...recorded, path: file };
  };
  const runs = (name: string) => stub.replace(BUNDLE_REGEXP, `\n  "$charm"/${FOLDER}/${name}.js\n`);
  return {
    traced: await write("traced", tracing(stub)),
    empty: await write("empty", runs("empty")),
    minimal: await write("minimal", runs("minimal")),
    plan: async (trace, credential) => {
      await Deno.writeTextFile(`${folder}/minimal.json`, JSON.stringify(planOf(trace, credential)));
    },
  };
}

/** Reads the requests that a traced hook printed, without the other lines of its output. */
export function readRequests(stdout: string): readonly TracedRequest[] {
  return stdout.split("\n").filter((line) => line.startsWith("TRACED "))
    .map((line) => JSON.parse(line.slice("TRACED ".length)));
}

function tracing(stub: string): string {
  return stub.replace(
    BUNDLE_REGEXP,
    (bundle) => `\n  --preload "$charm"/${FOLDER}/trace.js \\${bundle}`,
  );
}

function planOf({ calls, requests }: Trace, { certificate, key }: TestCertificate): unknown {
  return {
    client: { cert: certificate, key, rejectUnauthorized: false },
    waves: wavesOf<AnsweredCall | TracedRequest>([...calls, ...requests]),
  };
}
