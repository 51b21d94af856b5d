import assert from "node:assert/strict";
import { packLibrary } from "../../build/package.ts";
import {
  type Certificate,
  type Fingerprint,
  firstCertificate,
} from "../../lib/requirer/certificate.ts";
import { renderPublication } from "../../lib/relation/lxd.ts";
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

function databag(lxd: LxdWorld, { fingerprint, certificate }: TestCertificate) {
  return renderPublication({
    nodes: lxd.members.map(({ endpoint, name }) => ({ endpoint, name })),
    registered: new Map([[fingerprint as Fingerprint, certificate]]),
    pending: new Set(),
    isClustered: lxd.members.length > 1,
    addresses: [],
    server: firstCertificate(lxd.serverCertificate) as Certificate,
    rejected: [],
    certificates: [],
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
    const tarball = await packLibrary(ROOT, `${project}/dist`);
    await run(project, "npm", "install", "--no-audit", "--no-fund", tarball);
    await Deno.writeTextFile(`${project}/given.json`, JSON.stringify(given));
    await Deno.copyFile(new URL("use.js", import.meta.url), `${project}/use.js`);
    const installed = Array.fromAsync(Deno.readDir(`${project}/node_modules`), ({ name }) => name);
    assert.deepEqual((await installed).sort(), [".package-lock.json", "@lxd-integrator", "zod"]);
    const manifest = `${project}/node_modules/@lxd-integrator/requirer/package.json`;
    const { engines } = JSON.parse(await Deno.readTextFile(manifest));
    assert.deepEqual(engines, { node: `>=${Number.parseInt(OLDEST_NODE)}` });

    await run(project, "npm", "install", "--no-audit", "--no-fund", ...COMPILER);
    await run(project, "npx", ...CHECK, "use.js");
    const [program, ...args] = await node(project);
    assert.equal(await run(project, program, ...args, "use.js"), "used\n");
    const onDeno = ["run", "--node-modules-dir=manual", "-A", "use.js"];
    assert.equal(await run(project, Deno.execPath(), ...onDeno), "used\n");
  } finally {
    await Deno.remove(project, { recursive: true });
  }
});
