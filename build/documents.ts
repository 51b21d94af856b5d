/**
 * The documents in the charm. They are those of the repository, and link to nothing that the charm lacks.
 *
 * @module
 */

import { dirname } from "node:path/posix";
import { type CharmFile, data } from "./charm_file.ts";

const FILES = ["CHANGES.md", "LICENSE", "README.md", "SECURITY.md", "icon.svg"];
const FOLDER = "docs";

// Code comes first: what looks like a link in it is none. The text of a link may hold code.
const LINK_REGEXP = /^ *```[^]*?^ *```$|!?\[((?:`[^`\n]*`|[^[\]`])*)\]\(([^()\s]+)\)|`[^`\n]+`/gm;

/**
 * Reads those of the documents that exist.
 *
 * @param root The project's root.
 */
export async function readDocuments(root: string): Promise<readonly CharmFile[]> {
  const paths = [...FILES, ...await listFolder(root, FOLDER)];
  const read = await Promise.all(paths.map(async (path) => {
    const bytes = await unlessMissing(Deno.readFile(`${root}/${path}`));
    return bytes ? [data(path, bytes)] : [];
  }));
  const files = read.flat();
  const packed = new Set(files.map(({ path }) => path));
  return files.map((file) =>
    file.path.endsWith(".md")
      ? data(file.path, unlink(new TextDecoder().decode(file.bytes), file.path, packed))
      : file
  );
}

/**
 * Takes the links to files that are not packed out of a document, and leaves their text.
 *
 * @example One link of two
 * ```ts
 * import assert from "node:assert/strict";
 * const text = "See [the build](build.md#sizes), [a test](../tests/) and [Juju](https://juju.is).";
 * assert.equal(
 *   unlink(text, "docs/README.md", new Set(["docs/build.md"])),
 *   "See [the build](build.md#sizes), a test and [Juju](https://juju.is).",
 * );
 * ```
 *
 * @param text The document, in Markdown.
 * @param path Its path.
 * @param packed The paths of all files that are packed.
 */
export function unlink(text: string, path: string, packed: ReadonlySet<string>): string {
  const isThere = (target: string): boolean => {
    if (/^(#|[a-z]+:)/.test(target)) return true;
    const file = new URL(target, `file:///${dirname(path)}/`).pathname.slice(1);
    const folder = file.replace(/\/?$/, "/");
    return packed.has(file) || packed.values().some((one) => one.startsWith(folder));
  };
  return text.replaceAll(
    LINK_REGEXP,
    (whole: string, words?: string, target?: string) =>
      words === undefined || target === undefined || isThere(target) ? whole : words,
  );
}

async function listFolder(root: string, folder: string): Promise<readonly string[]> {
  const entries = await unlessMissing(Array.fromAsync(Deno.readDir(`${root}/${folder}`))) ?? [];
  const listed = entries.map(async ({ name, isDirectory }) =>
    isDirectory ? await listFolder(root, `${folder}/${name}`) : [`${folder}/${name}`]
  );
  return (await Promise.all(listed)).flat();
}

async function unlessMissing<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
