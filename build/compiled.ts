/**
 * The form `compiled`: the charm carries one `denort`, and for each executable the part that differs from `denort`. A
 * stub assembles the executable on first use, and then runs it in its own place.
 *
 * @module
 */

import { type CharmFile, data, program } from "./charm_file.ts";
import { compileEach } from "./compile.ts";
import type { BundledExecutable, Runtime } from "./runtime.ts";
import { sha256Of } from "./sha256.ts";
import { checkStart } from "./start.ts";
import { type Payload, split } from "./split.ts";
import { renderCompiledStub } from "./stub.ts";
import { type Arch, DENO_VERSION, hostArch } from "./target.ts";

/** Settings of the form `compiled`. */
export interface CompiledOptions {
  /** Architecture of the runtime. */
  readonly arch: Arch;
  /** Why the build chose this form. */
  readonly reason: string;
  /** The file `denort`. */
  readonly denort: Uint8Array<ArrayBuffer>;
}

interface Compiled {
  readonly executable: BundledExecutable;
  readonly payload: Payload;
  readonly sha256: string;
}

const RUNTIME = "runtime/denort";
const ASSEMBLE = "runtime/assemble";
const ASSEMBLE_SOURCE = new URL("assemble.sh", import.meta.url);
/** Number of hexadecimal digits, enough to tell the revisions of a charm apart. */
const REVISION_LENGTH = 16;

/**
 * Creates the form `compiled`. If this machine has the architecture of the charm, the build starts one executable.
 */
export function compiled({ arch, reason, denort }: CompiledOptions): Runtime {
  return {
    form: "compiled",
    reason: arch === hostArch()
      ? reason
      : `${reason}; not started, because this machine is not ${arch}`,
    arch,
    component: {
      name: "denort",
      path: RUNTIME,
      purl: `pkg:github/denoland/deno@v${DENO_VERSION}`,
    },
    files: async (executables) => {
      const all = await compileEach({ executables, denort, arch }, async (executable, file) => {
        const bytes = await Deno.readFile(file);
        const payload = split(bytes, denort, executable.path);
        return { executable, payload, sha256: await sha256Of(bytes) };
      });
      const revision = await revisionOf(all);
      const files = [
        program(RUNTIME, denort),
        program(ASSEMBLE, await Deno.readFile(ASSEMBLE_SOURCE)),
        ...all.flatMap((each) => filesOf(each, revision)),
      ];
      const [first] = executables;
      if (first && arch === hostArch()) await checkStart(first.path, files);
      return files;
    },
  };
}

/** Names the folder in which a revision of the charm assembles its executables. */
async function revisionOf(all: readonly Compiled[]): Promise<string> {
  const text = JSON.stringify(all.map(({ executable, sha256 }) => [executable.path, sha256]));
  return (await sha256Of(new TextEncoder().encode(text))).slice(0, REVISION_LENGTH);
}

function filesOf(
  { executable: { name, path }, payload, sha256 }: Compiled,
  revision: string,
): readonly CharmFile[] {
  const { header, start, tail } = payload;
  const bytes = new Uint8Array(header.length + tail.length);
  bytes.set(header);
  bytes.set(tail, header.length);
  const stub = { assemble: ASSEMBLE, revision, name, sha256, start };
  return [program(path, renderCompiledStub(stub)), data(`payload/${name}`, bytes)];
}
