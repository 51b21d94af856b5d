/**
 * Installs the library for requirers in Python, from the sources of this repository.
 *
 * @module
 */
import { run } from "../artifact/process.ts";
import { ensureVirtualEnvironment } from "../pypi.ts";

/** Folder of the library. */
export const LIBRARY: string = new URL("../../interfaces/lxd", import.meta.url).pathname;

const BUILD = "hatchling==1.33.0";

/** Packages that the library needs, and those that its tests need: the newest ones. */
export const NEWEST: readonly string[] = [
  "ops[testing]==3.9.0",
  "cryptography==50.0.2",
  "pylxd==2.4.2",
  "pytest==9.2.0",
  "mypy==2.4.1",
  "ruff==0.17.5",
  "types-requests==2.33.0.20261030",
  BUILD,
];

/** The oldest ones that the library takes. */
export const OLDEST: readonly string[] = [
  "ops[testing]==2.17.0",
  "cryptography==42.0.0",
  "pylxd==2.3.7",
  "pytest==9.2.0",
  BUILD,
];

/**
 * Installs the library and its testing package into a folder.
 *
 * @param requirements Packages for the environment: {@linkcode NEWEST} or {@linkcode OLDEST}.
 * @param folder The folder, for the variable PYTHONPATH.
 * @returns Path of the environment's Python.
 * @throws {Error} with pip's message, if pip fails.
 */
export async function installLibrary(
  requirements: readonly string[],
  folder: string,
): Promise<string> {
  const name = requirements === NEWEST ? "library-newest" : "library-oldest";
  const python = await ensureVirtualEnvironment(name, requirements);
  // The environment is kept between runs, and the library must be today's.
  const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"];
  const { code, err } = await run([
    python,
    "-m",
    "pip",
    "install",
    ...options,
    "--target",
    folder,
    LIBRARY,
    `${LIBRARY}/testing`,
  ]);
  if (code !== 0) throw new Error(`Cannot install the library: ${err}`);
  return python;
}
