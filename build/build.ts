/**
 * Builds the charm: hooks -> executables -> `<name>_<arch>.charm`.
 *
 * @module
 */

import { type CharmFile, data, program } from "./charm_file.ts";
import { renderDeclarations } from "./declarations.ts";
import { BuildError } from "./error.ts";
import { pack, type PackedEntry } from "./pack.ts";
import { readDocuments } from "./documents.ts";
import type { Runtime } from "./runtime.ts";
import { renderSbom } from "./sbom.ts";
import { sha256Of } from "./sha256.ts";
import { readSources, type Sources } from "./sources.ts";
import { TOOLS } from "./stub.ts";
import { writeWhole } from "./write_whole.ts";

/** Input and output of a build. */
export interface BuildOptions {
  /** The project's root. */
  readonly root: string;
  /** Folder for the charm. The build creates it if it does not exist. */
  readonly out: string;
  /** The runtime. */
  readonly runtime: Runtime;
}

/** The result of a build. */
export interface Built {
  /** Path of the charm. */
  readonly path: string;
  /** SHA-256 of the charm, in lower-case hexadecimal. */
  readonly sha256: string;
  /** Size of the charm, in bytes. */
  readonly size: number;
  /** Files of the charm. */
  readonly entries: readonly PackedEntry[];
  /** Runtime of the charm. */
  readonly runtime: Runtime;
}

/** Path of the bill of materials in the charm. */
const SBOM = "sbom.cdx.json";

/** The program by which executables write secrets. Stubs have its folder on PATH. */
const SECRET_WRITE = `${TOOLS}/secret-write`;
const SECRET_WRITE_SOURCE = new URL("secret_write.sh", import.meta.url);

/**
 * Builds the charm, and writes its bill of materials beside it. The charm of an earlier build stays untouched until the
 * new one is complete.
 *
 * @throws {BuildError} If the sources do not make a charm.
 */
export async function build(
  { root, out, runtime }: BuildOptions,
): Promise<Built> {
  const sources = await readSources(root);
  const declared = renderDeclarations(sources.charmcraft, runtime.arch);
  const own = await runtime.files(sources.executables);
  const sbom = data(SBOM, await sbomOf(sources, runtime, own));
  const tool = program(SECRET_WRITE, await Deno.readFile(SECRET_WRITE_SOURCE));
  const files = [...declared, ...await readDocuments(root), ...own, tool, sbom];
  const { bytes, entries } = await pack(files);
  const stem = `${out}/${sources.charmcraft.name}_${runtime.arch}`;
  const path = `${stem}.charm`;
  await writeWhole([{ path, bytes }, { path: `${stem}.cdx.json`, bytes: sbom.bytes }]);
  return { path, sha256: await sha256Of(bytes), size: bytes.length, entries, runtime };
}

async function sbomOf(
  { charmcraft: { name }, license, packages }: Sources,
  { component }: Runtime,
  files: readonly CharmFile[],
): Promise<string> {
  const file = files.find(({ path }) => path === component.path);
  if (!file) throw new BuildError(`Cannot list what is inside: there is no ${component.path}`);
  return renderSbom({
    name,
    license,
    runtime: component,
    sha256: await sha256Of(file.bytes),
    packages,
  });
}
