/**
 * Builds the charm: hooks -> executables -> `<name>_<arch>.charm`.
 *
 * @module
 */

import { bundle } from "./bundle.ts";
import type { CharmFile } from "./charm_file.ts";
import type { Charmcraft } from "./charm_yaml.ts";
import { renderDeclarations } from "./declarations.ts";
import { checkExecutables, findExecutables } from "./executables.ts";
import { pack, type PackedEntry } from "./pack.ts";
import { permissionFlags } from "./permissions.ts";
import { readCharmcraft, readDocuments, readPermissionSets } from "./project.ts";
import { chooseRuntime, type Runtime } from "./runtime.ts";

/** What to build, and where. */
export interface BuildOptions {
  /** The project's root. */
  readonly root: string;
  /** Folder for the charm; made if it is not there. */
  readonly out: string;
  /** The runtime. @default {chooseRuntime()} */
  readonly runtime?: Runtime;
}

/** What was built. */
export interface Built {
  /** Path of the charm. */
  readonly path: string;
  /** SHA-256 of the charm, in lower-case hexadecimal. */
  readonly sha256: string;
  /** Size of the charm, in bytes. */
  readonly size: number;
  /** Its files. */
  readonly entries: readonly PackedEntry[];
  /** The runtime that it carries. */
  readonly runtime: Runtime;
}

/**
 * Builds the charm. A charm of an earlier build stays as it is until the new one is whole.
 *
 * @param options What to build, and where.
 * @returns What was built.
 * @throws {BuildError} If the sources do not make a charm.
 */
export async function build(
  { root, out, runtime = chooseRuntime() }: BuildOptions,
): Promise<Built> {
  const charmcraft = await readCharmcraft(root);
  const { bytes, entries } = await pack(
    await assemble(root, charmcraft, runtime),
  );
  const path = `${out}/${charmcraft.name}_${runtime.arch}.charm`;
  await writeWhole(path, bytes);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const sha256 = new Uint8Array(digest).toHex();
  return { path, sha256, size: bytes.length, entries, runtime };
}

/**
 * Makes all files of the charm.
 *
 * @param root The project's root.
 * @param charmcraft The charm's declaration.
 * @param runtime The runtime.
 * @returns The files, in no order.
 * @throws {BuildError} If the sources do not make a charm.
 */
export async function assemble(
  root: string,
  charmcraft: Charmcraft,
  runtime: Runtime,
): Promise<readonly CharmFile[]> {
  const sets = await readPermissionSets(root);
  const executables = await findExecutables(root);
  checkExecutables(executables, charmcraft, sets);
  const declarations = renderDeclarations(charmcraft, runtime.arch);
  const hooks = executables.map(({ path, source, permissions: name }) => ({
    path,
    source,
    permissions: permissionFlags(name, sets[name] ?? {}),
  }));
  const bundled = await inParallel(
    hooks,
    async ({ path, source, permissions }) =>
      runtime.executable({
        path,
        permissions,
        code: await bundle(source, root),
      }),
  );
  return [
    ...declarations,
    ...await readDocuments(root),
    ...bundled.flat(),
    ...await runtime.shared(),
  ];
}

async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  const workers = Array.from({ length: navigator.hardwareConcurrency }, worker);
  // No process of a worker outlives the failure of another.
  await Promise.allSettled(workers);
  await Promise.all(workers);
  return results;
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}`;
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  try {
    await Deno.writeFile(temporary, bytes);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
