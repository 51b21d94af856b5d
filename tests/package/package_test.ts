import assert from "node:assert/strict";
import { packLibrary } from "../../build/package.ts";
import { answering } from "../answers.ts";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { startLxd } from "../lxd/real.ts";
import type { LxdWorld } from "../lxd/world.ts";
import { makeTemporaryFolder } from "../temporary.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
// Programs that check the types. The package brings none of them, as in a project of our users.
const COMPILER = ["typescript@5.9.3", "@types/node@22.20.5"];
const CHECK = [
  "tsc",
  "--noEmit",
  "--checkJs",
  "--strict",
  "--target",
  "esnext",
  "--module",
  "nodenext",
];
// npm brings this Node if the system's Node is too old for the package.
const OLDEST_NODE = "22.0.0";

const REPOSITORY = "https://example.com/lxd-integrator";

/** Checks what npm shows of the package. */
function checkManifest(manifest: Readonly<Record<string, unknown>>): void {
  const { description, license, types, engines, repository } = manifest;
  assert.match(String(description), /^The requirer's side of the Juju interface lxd/);
  assert.deepEqual({ license, types, engines, repository }, {
    license: "Apache-2.0",
    types: "./mod.d.ts",
    engines: { node: `>=${Number.parseInt(OLDEST_NODE)}` },
    repository: { type: "git", url: `git+${REPOSITORY}.git`, directory: "lib/requirer" },
  });
}

async function run(cwd: string, program: string, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd })
    .output();
  const decoder = new TextDecoder();
  assert.ok(success, `${program} ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** The command that runs a file on Node. */
async function node(cwd: string): Promise<readonly [string, ...string[]]> {
  const version = await run(cwd, "node", "--version");
  return Number.parseInt(version.slice(1)) >= Number.parseInt(OLDEST_NODE)
    ? ["node"]
    : ["npx", "--yes", `node@${OLDEST_NODE}`];
}

/** Reads the program of the library's document. */
async function readExample(): Promise<string> {
  const document = await Deno.readTextFile(`${ROOT}/docs/requirer-library.md`);
  const [, example] = /^```ts\n([^]*?)^```$/m.exec(document) ?? [];
  assert.ok(example, "the document has an example");
  return example;
}

function databag({ members, serverCertificate: server }: LxdWorld, trusted: TestCertificate) {
  const at = members.map(({ endpoint, name }) => ({ endpoint, name }));
  const { fingerprint } = trusted;
  return answering({
    server,
    at,
    trusted: [trusted],
    certificates: [{ fingerprint, state: "trusted", projects: null, expires_at: null }],
  });
}

Deno.test("package: the installed tarball works on Node and on Deno, with its types", async () => {
  await using lxd = await startLxd();
  const [trusted, fresh, other] = await Promise.all([1, 2, 3].map(() => createCertificate()));
  assert.ok(trusted && fresh && other);
  await lxd.trust(trusted.certificate);
  // This server presents a certificate that an authority issued.
  const authority = await createCertificate({ commonName: "authority", ca: true });
  const identity = await createCertificate({ issuer: authority });
  const certificate = identity.certificate + authority.certificate;
  await using second = await startLxd({ identity: { ...identity, certificate } });
  await second.trust(trusted.certificate);
  const given = {
    databag: databag(lxd, trusted),
    issued: databag(second, trusted),
    trusted,
    fresh,
    other: other.certificate,
  };

  const project = await makeTemporaryFolder({ prefix: "charm-" });
  try {
    await Deno.writeTextFile(`${project}/package.json`, JSON.stringify({ type: "module" }));
    const tarball = await packLibrary(ROOT, `${project}/dist`, REPOSITORY);
    await run(project, "npm", "install", "--no-audit", "--no-fund", tarball);
    await Deno.writeTextFile(`${project}/given.json`, JSON.stringify(given));
    await Deno.copyFile(new URL("use.js", import.meta.url), `${project}/use.js`);
    const installed = Array.fromAsync(Deno.readDir(`${project}/node_modules`), ({ name }) => name);
    assert.deepEqual((await installed).sort(), [".package-lock.json", "@lxd-integrator", "zod"]);
    const manifest = `${project}/node_modules/@lxd-integrator/requirer/package.json`;
    checkManifest(JSON.parse(await Deno.readTextFile(manifest)));

    await run(project, "npm", "install", "--no-audit", "--no-fund", ...COMPILER);
    await run(project, "npx", ...CHECK, "use.js");
    const [program, ...args] = await node(project);
    assert.equal(await run(project, program, ...args, "use.js"), "used\n");
    const onDeno = ["run", "--node-modules-dir=manual", "-A"];
    assert.equal(await run(project, Deno.execPath(), ...onDeno, "use.js"), "used\n");

    await Deno.writeTextFile(`${project}/example.ts`, await readExample());
    await Deno.copyFile(new URL("use_example.js", import.meta.url), `${project}/use_example.js`);
    assert.equal(await run(project, Deno.execPath(), ...onDeno, "use_example.js"), "used\n");
  } finally {
    await Deno.remove(project, { recursive: true });
  }
});
