/**
 * Installs packages of PyPI that tests need, in virtual environments.
 *
 * @module
 */
import { run } from "./artifact/process.ts";
import { ensurePackages } from "./packages.ts";

/** Folder that keeps the environments between runs. */
const FOLDER = new URL("../dist/pypi", import.meta.url).pathname;
const EXCLUSIVE = true;

/**
 * Makes a virtual environment, unless it exists.
 *
 * @param name Name of its folder.
 * @param requirements Packages to install, such as `ops==2.8.0`.
 * @returns Path of its Python.
 * @throws {Error} with pip's message, if pip fails.
 */
export async function ensureVirtualEnvironment(
  name: string,
  requirements: readonly string[],
): Promise<string> {
  return await once(`environment ${name}`, requirements, async (folder) => {
    await must(["python3", "-m", "venv", "--clear", folder]);
    if (requirements.length > 0) await pip(folder, ["install", ...requirements]);
  }) + "/bin/python";
}

/**
 * Downloads a wheel, unless it exists.
 *
 * @param requirement A package with its version: `deno==2.6.10`.
 * @param platforms Its platform's tags, such as `manylinux_2_27_x86_64`.
 * @returns Folder with its files.
 * @throws {Error} with pip's message, if pip fails.
 */
export async function ensureWheel(
  requirement: string,
  platforms: readonly string[],
): Promise<string> {
  const python = await ensureVirtualEnvironment("pip", []);
  return await once(`wheel ${platforms[0]}`, [requirement], async (folder) => {
    const wanted = platforms.flatMap((platform) => ["--platform", platform]);
    const options = ["--no-deps", "--only-binary=:all:", ...wanted, "--dest", `${folder}.wheel`];
    const environment = python.replace(/\/bin\/python$/, "");
    await pip(environment, ["download", ...options, requirement]);
    for await (const { name } of Deno.readDir(`${folder}.wheel`)) {
      await must([python, "-m", "zipfile", "--extract", `${folder}.wheel/${name}`, folder]);
    }
    await Deno.remove(`${folder}.wheel`, { recursive: true });
  });
}

/** Fills a folder once. Test files run in parallel, so one of them fills it and the others wait. */
async function once(
  name: string,
  requirements: readonly string[],
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  await ensurePackages({
    purpose: "make a virtual environment of Python",
    packages: ["python3-venv"],
    programs: [["python3", "-c", "import ensurepip, venv"]],
  });
  const folder = `${FOLDER}/${[name, ...requirements].join(" ").replaceAll(/[^\w.-]+/g, "-")}`;
  await Deno.mkdir(FOLDER, { recursive: true });
  using lock = await Deno.open(`${folder}.lock`, { create: true, write: true });
  await lock.lock(EXCLUSIVE);
  if (await Deno.stat(`${folder}/.full`).then(() => true, () => false)) return folder;
  await fill(folder);
  await Deno.writeTextFile(`${folder}/.full`, "");
  return folder;
}

async function pip(environment: string, args: readonly string[]): Promise<void> {
  const options = ["--quiet", "--disable-pip-version-check"];
  await must([`${environment}/bin/python`, "-m", "pip", ...args, ...options]);
}

async function must(command: readonly [string, ...string[]]): Promise<void> {
  const { code, err } = await run(command);
  if (code !== 0) throw new Error(`Cannot run ${command.join(" ")}: ${err}`);
}
