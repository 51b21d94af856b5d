/**
 * The original's way: a charm in Python over ops and pylxd.
 *
 * @module
 */
import { renderDeclarations } from "../../build/declarations.ts";
import { readCharmcraft } from "../../build/project.ts";
import { sampleCharm } from "../juju/mod.ts";
import { succeeds } from "../packages.ts";
import { ensureVirtualEnvironment } from "../pypi.ts";
import { createSubject, type Subject } from "./subject.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const SOURCE = new URL("./charm.py", import.meta.url);
const REQUIREMENTS = ["ops==3.9.0", "pylxd==2.4.2", "cryptography==50.0.2"];

/**
 * Makes the charm in Python. It has the endpoints and options of this charm.
 *
 * @param stack Removes it.
 * @returns The charm; undefined if this machine has no Python.
 */
export async function pythonSubject(stack: AsyncDisposableStack): Promise<Subject | undefined> {
  if (!await succeeds("python3", ["--version"])) return undefined;
  const python = await ensureVirtualEnvironment("bench", REQUIREMENTS);
  const declared = renderDeclarations(await readCharmcraft(ROOT), "amd64");
  const decoder = new TextDecoder();
  const charm = stack.use(
    await sampleCharm({
      ...Object.fromEntries(declared.map(({ path, bytes }) => [path, decoder.decode(bytes)])),
      "src/charm.py": await Deno.readTextFile(SOURCE),
      dispatch: `#!/bin/sh\nexec ${python} src/charm.py\n`,
    }),
  );
  return stack.use(await createSubject({ name: "python", charm: charm.path, isBuilt: false }));
}
