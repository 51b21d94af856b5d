/**
 * The charm in Python of `tests/charms/py-charm`, beside the charm under test.
 *
 * @module
 */
import { parse } from "yaml";
import { fingerprintOf } from "../certificates.ts";
import type { Deployment } from "../harness/deployment.ts";
import { sampleCharm } from "../juju/mod.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { installLibrary, NEWEST } from "./python_library.ts";

/** A charm with its library. Disposal removes both. */
export interface PythonCharm extends AsyncDisposable {
  /** Path of the charm. */
  readonly path: string;
}

/** An identity that a unit has made. */
export interface PythonIdentity {
  /** Fingerprint of the certificate. */
  readonly fingerprint: string;
  /** The certificate, PEM. */
  readonly certificate: string;
}

const SOURCE = new URL("../charms/py-charm/", import.meta.url);

/** Makes the charm as `charmcraft pack` does, but with its Python packages elsewhere. */
export async function pythonCharm(): Promise<PythonCharm> {
  const library = await makeTemporaryFolder({ prefix: "python-" });
  const python = await installLibrary(NEWEST, library);
  const read = (path: string) => Deno.readTextFile(new URL(path, SOURCE));
  const { config, actions, ...metadata } = parse(await read("charmcraft.yaml"));
  // Python must write nothing beside the library.
  const environment = `PYTHONPATH=${library} PYTHONDONTWRITEBYTECODE=1`;
  const charm = await sampleCharm({
    "metadata.yaml": JSON.stringify(metadata),
    "config.yaml": JSON.stringify(config),
    "actions.yaml": JSON.stringify(actions),
    "src/charm.py": await read("src/charm.py"),
    dispatch: `#!/bin/sh\n${environment} exec ${python} src/charm.py\n`,
  });
  return {
    path: charm.path,
    [Symbol.asyncDispose]: async () => {
      await charm[Symbol.asyncDispose]();
      await Deno.remove(library, { recursive: true });
    },
  };
}

/** Returns what a unit or an application has offered, newest first. */
export function offeredIn(databag: Readonly<Record<string, string>>): readonly PythonIdentity[] {
  const certificates: readonly string[] = JSON.parse(databag["client_certificates"] ?? "[]");
  return certificates.map((certificate) => ({
    certificate,
    fingerprint: fingerprintOf(certificate),
  }));
}

/** Returns the labels of the secrets that the charm has added, and has not removed. */
export function secretsOf({ model }: Deployment, application: string): readonly string[] {
  const left = new Map<string, string>();
  const calls = model.runs.filter(({ outcome, unit }) =>
    outcome === "done" && unit.startsWith(`${application}/`)
  ).flatMap(({ tools }) => tools.filter(({ exitCode }) => exitCode === 0));
  for (const { tool, args, stdout } of calls) {
    if (tool === "secret-add") left.set(idOf(stdout), args[args.indexOf("--label") + 1] ?? "");
    if (tool === "secret-remove") left.delete(idOf(args[0] ?? ""));
  }
  return [...left.values()];
}

function idOf(uri: string): string {
  return uri.trim().split(/[:/]/).at(-1) ?? "";
}
