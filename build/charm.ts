/**
 * The charm for tests. Its sources are built once, even if many processes ask for the charm at the same time.
 *
 * @module
 */

import { glob } from "node:fs/promises";
import { build } from "./build.ts";
import { bundled } from "./bundled.ts";
import { readCharmcraft } from "./project.ts";
import type { Runtime } from "./runtime.ts";
import { hostArch } from "./target.ts";

/** Folders of the sources and of the charm. */
export interface BuildCharmOptions {
  /** The project's root. @default {the folder above this module's} */
  readonly root?: string;
  /** A project whose modules the charm imports. @default {the folder above this module's} */
  readonly library?: string;
  /** Folder for the charm. @default {`${root}/dist`} */
  readonly out?: string;
  /** The runtime. @default {the form `bundled` for this machine} */
  readonly runtime?: Runtime;
}

const ROOT = import.meta.dirname?.replace(/\/[^/]*$/, "") ?? ".";
const EXCLUSIVE = true;
const SOURCES = [
  "{charmcraft.yaml,deno.json,deno.lock,LICENSE,README.md,CHANGES.md,SECURITY.md,icon.svg}",
  "docs/**/*.*",
  "{actions,hooks,lib,build}/**/*.{sh,ts}",
];

/**
 * Builds the charm, unless a charm from the same sources exists.
 *
 * @returns Path of the charm.
 * @throws {BuildError} If the sources do not make a charm.
 */
export async function buildCharm(
  { root = ROOT, library = ROOT, out = `${root}/dist`, ...options }: BuildCharmOptions = {},
): Promise<string> {
  const runtime = options.runtime ?? bundled({ arch: hostArch(), reason: "for tests" });
  const { name } = await readCharmcraft(root);
  const path = `${out}/${name}_${runtime.arch}.charm`;
  const stamp = `${path}.sources`;
  await Deno.mkdir(out, { recursive: true });
  // Closing the file unlocks it, and the system closes it even if the process is killed.
  using lock = await Deno.open(`${path}.lock`, { create: true, write: true });
  await lock.lock(EXCLUSIVE);
  const sources = await digest([...new Set([root, library])]);
  if (await isThere(path) && await readIfThere(stamp) === sources) return path;
  await Deno.writeTextFile(stamp, "");
  await build({ root, out, runtime });
  await Deno.writeTextFile(stamp, sources);
  return path;
}

async function digest(roots: readonly string[]): Promise<string> {
  const found = roots.map(async (root) => {
    const paths = await Array.fromAsync(glob(SOURCES, { cwd: root }));
    return paths.map((path) => `${root}/${path}`);
  });
  const paths = (await Promise.all(found)).flat();
  const contents = paths.filter((path) => !path.endsWith("_test.ts")).toSorted()
    .map(async (path) => [path, await Deno.readTextFile(path)]);
  const text = JSON.stringify([Deno.version, await Promise.all(contents)]);
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function readIfThere(path: string): Promise<string | undefined> {
  return await Deno.readTextFile(path).catch(() => undefined);
}
