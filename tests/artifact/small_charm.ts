/**
 * A small charm of the form `compiled`. Its executables are a shell, which runs its standard input.
 *
 * @module
 */
import { build } from "../../build/build.ts";
import { compiled } from "../../build/compiled.ts";
import { type FakeProject, fakeProject, smallDenort } from "../../build/fake_project.ts";
import type { Runtime } from "../../build/runtime.ts";
import { expandArchive } from "../juju/mod.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { type Ended, run } from "./process.ts";

/** A charm on a unit. */
export interface SmallCharm extends AsyncDisposable {
  /** The charm's directory. */
  readonly path: string;
  /** Runs a script in one of its executables, such as `hooks/start`, without any variables. */
  readonly run: (executable: string, script?: string) => Promise<Ended>;
  /** Lists the files in `runtime/compiled`, without the revisions' names. */
  readonly made: () => Promise<readonly string[]>;
}

/** A charm that was built. */
export interface BuiltCharm {
  /** Its archive. */
  readonly archive: string;
  /** Its project. */
  readonly project: FakeProject;
}

/** Folder of the assembled executables. */
export const COMPILED = "runtime/compiled";

/**
 * Makes the runtime of small charms.
 */
export async function smallRuntime(): Promise<Runtime> {
  return compiled({ arch: "amd64", reason: "for tests", denort: await smallDenort() });
}

/**
 * Expands a charm as Juju does.
 *
 * @param archive The charm.
 * @param folder Folder for it. @default {a temporary one}
 */
export async function expand(archive: string, folder?: string): Promise<SmallCharm> {
  const path = folder ?? await makeTemporaryFolder({ prefix: "a charm " });
  await expandArchive(archive, path);
  return {
    path,
    run: (executable, stdin = "") =>
      run([`${path}/${executable}`], { stdin, clearEnv: true, env: {}, cwd: path }),
    made: async () => (await list(`${path}/${COMPILED}`)).flatMap((it) => it.split("/")[1] ?? []),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/**
 * Builds a small charm.
 *
 * @param files Other files of its project.
 * @returns The charm; disposing of its project removes it.
 */
export async function buildSmallCharm(
  files: Readonly<Record<string, string>> = {},
): Promise<BuiltCharm> {
  const project = await fakeProject(files);
  const { path } = await build({ ...project, runtime: await smallRuntime() });
  return { archive: path, project };
}

/**
 * Lists the files below a folder.
 *
 * @param folder The folder. It need not exist.
 * @returns Their paths below it, sorted.
 */
export async function list(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const below = isDirectory ? await list(`${folder}/${name}`) : undefined;
      paths.push(...below?.map((path) => `${name}/${path}`) ?? [name]);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return paths.toSorted();
}
