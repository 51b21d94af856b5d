/**
 * The search for `denort`, Deno's runtime for compiled executables.
 *
 * @module
 */

import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import { runDeno } from "./deno.ts";
import { DENORT_HASHES, type DenortHashes } from "./denort_hashes.ts";
import { defectOf } from "./elf.ts";
import { BuildError } from "./error.ts";
import { sha256Of } from "./sha256.ts";
import { type Arch, DENO_VERSION, TARGETS } from "./target.ts";

/** A `denort` that was found and can be trusted. */
export interface Found {
  /** Tag. */
  readonly kind: "found";
  /** The file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The place where it was found. */
  readonly where: string;
}

/** The result of the search. */
export type Denort =
  | Found
  | {
    readonly kind: "missing";
    /** Where the build looked, and why there is no `denort` or none that it trusts. */
    readonly why: string;
  };

/** Variables by name: DENORT_BIN, and those for the commands of Deno. */
export type Variables = Readonly<Record<string, string>>;

/** Limit of a download, in milliseconds. A network without an answer must not delay the build for long. */
const DOWNLOAD_TIMEOUT_MS = 60_000;

/**
 * Looks for `denort`: in the file that the variable DENORT_BIN names, in Deno's cache, and on Deno's download host. The
 * build trusts the file as it is, and a download only if its hash is listed.
 *
 * @param arch Architecture of the charm.
 * @param env Variables that replace those of this process.
 * @param hashes Hashes of trusted downloads.
 * @throws {BuildError} If the file is not `denort` of this version for that architecture, or if its hash differs from
 * the listed one.
 */
export async function findDenort(
  arch: Arch,
  env: Variables = {},
  hashes: DenortHashes = DENORT_HASHES,
): Promise<Denort> {
  const path = env["DENORT_BIN"] ?? Deno.env.get("DENORT_BIN");
  if (path) return found(await read(path), `DENORT_BIN ${path}`, arch);
  const cached = await readCache(arch, env);
  if (cached) return await listed(found(cached, "denort of Deno's cache", arch), arch, hashes);
  const failure = await download(arch, env);
  const downloaded = failure === undefined ? await readCache(arch, env) : undefined;
  if (downloaded) {
    return await listed(found(downloaded, "denort as Deno downloads it", arch), arch, hashes);
  }
  const why = "DENORT_BIN is not set, Deno's cache has no denort, and it cannot be downloaded: " +
    (failure ?? "Deno did not keep it");
  return { kind: "missing", why };
}

function found(bytes: Uint8Array<ArrayBuffer>, where: string, arch: Arch): Found {
  const defect = defectOf(bytes, arch);
  if (defect !== undefined) throw new BuildError(`Cannot compile with ${where}: ${defect}`);
  return { kind: "found", bytes, where };
}

/** Checks a download against the list. A file with another hash has been changed. */
async function listed(denort: Found, arch: Arch, hashes: DenortHashes): Promise<Denort> {
  const { bytes, where } = denort;
  const sha256 = await sha256Of(bytes);
  const expected = hashes[DENO_VERSION]?.[arch];
  if (sha256 === expected) return denort;
  if (expected !== undefined) {
    throw new BuildError(
      `Cannot compile with ${where}: its SHA-256 is ${sha256}, and must be ${expected}`,
    );
  }
  const why = `${where} is not trusted: its SHA-256, ${sha256}, is not in build/denort_hashes.ts ` +
    `for Deno ${DENO_VERSION} and ${arch}; verify it and add it, or name the file by DENORT_BIN`;
  return { kind: "missing", why };
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    const { message } = cause as Error;
    throw new BuildError(`Cannot compile with DENORT_BIN ${path}: ${message}`, { cause });
  }
}

async function readCache(
  arch: Arch,
  env: Variables,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { stdout } = await runDeno(["info", "--json"], { cwd: "/", env });
  const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));
  const path = `${denoDir}/dl/release/v${DENO_VERSION}/denort-${TARGETS[arch].triple}.zip`;
  let archive: Uint8Array<ArrayBuffer>;
  try {
    archive = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    return await extract(archive);
  } catch (cause) {
    throw new BuildError(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function extract(archive: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  await using zip = new ZipReader(new Uint8ArrayReader(archive), { useWebWorkers: false });
  const entry = (await zip.getEntries()).find(({ filename }) => filename === "denort");
  if (!entry || entry.directory) throw new Error("it has no denort");
  return await entry.getData(new Uint8ArrayWriter());
}

/** Lets Deno download `denort` to its cache. Returns the reason if that fails. */
async function download(arch: Arch, env: Variables): Promise<string | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/empty.js`, "");
    const target = ["--target", TARGETS[arch].triple];
    const args = ["compile", "--no-config", ...target, "--output", "empty", "empty.js"];
    const signal = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
    const { success, reason } = await runDeno(args, { cwd: folder, env, signal });
    if (success) return undefined;
    return signal.aborted ? "no answer within a minute" : reason;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
