/**
 * How requirers other than the library in TypeScript read a provider's databag, in the contract's table:
 * the library in Python, and the example in shell of the specification.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Databag } from "../../lib/requirer/databag.ts";
import type { TestCertificate } from "../certificates.ts";
import { installLibrary, LIBRARY, NEWEST } from "../package/python_library.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { exampleScript } from "./example.ts";
import type { Answer, Name } from "./histories.ts";
import { type NamedCertificates, textOf } from "./interface.ts";

/** A databag of the provider, and what the table says of it. */
export interface Case {
  readonly databag: Databag;
  readonly expected: Answer;
}

const NAMES = ["a", "b", "c", "expired", "weak"] as const;
const UNIT = "lxd-integrator/0";

/** Compares how the library in Python reads databags with the table. */
export async function checkByPython(
  cases: readonly Case[],
  named: NamedCertificates,
): Promise<void> {
  const folder = await makeTemporaryFolder({ prefix: "readers-" });
  const python = await installLibrary(NEWEST, folder);
  const fingerprints = NAMES.map((name) => named[name].fingerprint);
  const input = JSON.stringify(cases.map(({ databag }) => ({ databag, fingerprints })));
  const output = await runWith(input, python, folder);
  const read: unknown[][] = JSON.parse(output);
  for (const [index, { expected }] of cases.entries()) {
    assert.deepEqual(read[index], NAMES.map((name) => readingOf(name, expected)));
  }
}

async function runWith(input: string, python: string, folder: string): Promise<string> {
  const command = new Deno.Command(python, {
    args: [`${LIBRARY}/tests/standings.py`],
    env: { PYTHONPATH: folder },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  await using child = command.spawn();
  await new Blob([input]).stream().pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function readingOf(name: Name, { trusted, projects, rejected = [] }: Answer) {
  const told = rejected.filter(({ certificate }) => certificate === name);
  const isTrusted = trusted.includes(name);
  const standing = isTrusted ? "trusted" : told.length > 0 ? "rejected" : "waiting";
  return {
    standing,
    rejections: told.map(({ code, reason }) => [code, reason]),
    projects: isTrusted ? projects ?? null : "none",
  };
}

/** Tools of Juju for one hook of the example. They read and write files of the working directory. */
const TOOLS = {
  "relation-list": `echo ${UNIT}`,
  "relation-get": 'cat "databag/$1" 2>/dev/null || true',
  "relation-set": "exit 0",
  "status-set": 'printf "%s: %s" "$1" "$2" >status',
};

/**
 * Compares how the example in shell reads a databag with the table, for each certificate that has not
 * expired: the example replaces one that has.
 *
 * @param endpoints The addresses of the nodes, in the order of the databag.
 */
export async function checkByShell(
  { databag, expected }: Case,
  named: NamedCertificates,
  endpoints: readonly string[],
): Promise<void> {
  const script = await exampleScript();
  for (const name of ["a", "b", "c", "weak"] as const) {
    const status = await statusOf(script, databag, named[name]);
    const { trusted, rejected = [] } = expected;
    const told = rejected.find(({ certificate }) => certificate === name);
    // The example reads a reason up to its first quote.
    const [reason = ""] = told?.reason.split('"') ?? [];
    const start = trusted.includes(name)
      ? `active: Talks to ${endpoints.join(" ")}`
      : told
      ? `blocked: LXD rejects us: ${reason}`
      : "waiting: Waiting until LXD trusts us";
    assert.equal(status.slice(0, start.length), start, `${name}: ${textOf(name, named)}`);
  }
}

async function statusOf(
  script: string,
  databag: Databag,
  { certificate, key }: TestCertificate,
): Promise<string> {
  const folder = await makeTemporaryFolder({ prefix: "shell-" });
  await Deno.mkdir(`${folder}/databag`);
  await Deno.mkdir(`${folder}/bin`);
  const files = [
    ["client.crt", certificate],
    ["client.key", key],
    ["hook", script],
    ...Object.entries(databag).map(([name, text]) => [`databag/${name}`, text]),
    ...Object.entries(TOOLS).map(([name, text]) => [`bin/${name}`, `#!/bin/sh\n${text}\n`]),
  ] as const;
  for (const [name, text] of files) {
    await Deno.writeTextFile(`${folder}/${name}`, text ?? "", { mode: 0o755 });
  }
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-eu", "hook"],
    cwd: folder,
    env: { PATH: `${folder}/bin:${Deno.env.get("PATH")}`, JUJU_REMOTE_UNIT: UNIT },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const status = await Deno.readTextFile(`${folder}/status`);
  await Deno.remove(folder, { recursive: true });
  return status;
}
