import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path/posix";
import {
  type CertificateOptions,
  createCertificate,
  type TestCertificate,
} from "../certificates.ts";
import { type Execution, type Exit, type Runner, runProcess } from "../juju/mod.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { makeToken } from "../lxd/trust_token.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { deploy, type Deployment } from "../harness/deployment.ts";
import { ownSecret } from "../harness/own_credential.ts";
import type { Requirer } from "../harness/requirer.ts";

// Places where a program can write, beside its own directory.
const OUTSIDE = ["/tmp", "/var/tmp", "/root", "/home", "/dev/shm"];

// Length of the shortest line of a PEM that the tests search for. The last line may be shorter.
const NEEDLE_LENGTH = 40;

// In bytes.
const BIG_FILE = 100_000;

/** Returns items that a requirer should never send: keys, whole and in parts. */
function leaksOf(good: TestCertificate, wrong: TestCertificate): readonly string[] {
  return [
    good.certificate + good.key,
    wrong.key,
    wrong.traditionalKey,
    wrong.key.replaceAll("\n", "\\n"),
    wrong.key.replace("END", "BEGIN"),
    wrong.key.split("\n")[1] ?? "",
    wrong.traditionalKey.replaceAll("-----", ""),
    wrong.certificate.replace("END CERTIFICATE", "END"),
  ];
}

/** Returns mistakes that an operator may make in the options. */
function mistakesWith(
  option: TestCertificate,
  wrong: TestCertificate,
): readonly Readonly<Record<string, string>>[] {
  return [
    { lxd_endpoint: option.key },
    { lxd_client_cert: option.key },
    { lxd_client_key: option.certificate },
    { lxd_client_key: wrong.key },
    { lxd_client_key: option.key.replace(/\n.{30}/, "\n") },
    { lxd_server_cert: option.key },
    { lxd_server_cert: wrong.certificate },
    { lxd_client_cert: wrong.certificate, lxd_client_key: wrong.key },
  ];
}

/** Makes each mistake in the options. Returns the correct options. */
async function configureMistakes(
  deployment: Deployment,
  option: TestCertificate,
  wrong: TestCertificate,
): Promise<Readonly<Record<string, string>>> {
  const { model, lxd } = deployment;
  await lxd.trust(option.certificate, { name: "by option" });
  const options = {
    lxd_endpoint: lxd.members[0]?.endpoint ?? "",
    lxd_client_cert: option.certificate,
    lxd_client_key: option.traditionalKey,
    lxd_server_cert: lxd.serverCertificate,
  };
  model.untrust(APPLICATION);
  for (const mistake of [{}, ...mistakesWith(option, wrong)]) {
    model.configure(APPLICATION, { ...options, ...mistake });
    await deployment.settle();
    const isRight = Object.keys(mistake).length === 0;
    assert.match(deployment.status(), isRight ? /^active/ : /^(blocked|waiting)/);
  }
  return options;
}

/** Fails a tool once while a requirer rotates its certificate. */
async function failTool(
  deployment: Deployment,
  tool: string,
  { requirer, rotated }: { readonly requirer: Requirer; readonly rotated: TestCertificate },
): Promise<void> {
  const { model } = deployment;
  requirer.offer(0, [rotated]);
  model.faults.failTool({ tool });
  await model.settle({ replays: 1 });
  model.faults.clear();
  await deployment.updateStatus();
  assert.ok((await deployment.ours())[rotated.fingerprint], tool);
}

/** Returns a function that creates certificates and adds them to a list. */
function collecting(made: TestCertificate[]) {
  return async (options: CertificateOptions = {}): Promise<TestCertificate> => {
    const one = await createCertificate(options);
    made.push(one);
    return one;
  };
}

Deno.test("secrecy: no file, log, status or argument holds a key or a certificate", async () => {
  await using lxd = await startLxd();
  const made: TestCertificate[] = [];
  const certificate = collecting(made);
  const watch = watchFiles();
  await using deployment = await deploy(lxd, { trust: false, model: { run: watch.run } });
  const { model } = deployment;
  made.push(deployment.credential);
  const [requirer, other] = [deployment.requirer("my-charm", 2), deployment.requirer("other")];

  model.trust(APPLICATION);
  const shared = await certificate();
  requirer.offer(0, [await certificate(), shared]);
  requirer.offer("application", [await certificate({ key: "rsa2048" })]);
  other.offer(0, [shared]);
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 3 certificates`);
  requirer.offer(0, [await certificate()]);
  await deployment.settle();
  checkShown(deployment, made, [requirer, other]);

  // Requirers send keys by mistake.
  const [good, wrong, confined] = [await certificate(), await certificate(), await certificate()];
  requirer.offer(0, leaksOf(good, wrong));
  requirer.relation.write("my-charm/1", { projects: JSON.stringify([confined.key]) });
  requirer.offer(1, [confined]);
  other.relation.write("other/0", { projects: confined.traditionalKey });
  await deployment.settle();
  assert.ok(requirer.told().rejected.length > 2);
  checkShown(deployment, made, [requirer, other]);

  const options = await configureMistakes(deployment, await certificate({ key: "rsa2048" }), wrong);
  checkShown(deployment, made, [requirer, other]);

  // The error of a failed hook holds no key either.
  model.configure(APPLICATION, options);
  for (const tool of ["relation-set", "credential-get", "config-get", "status-set", "is-leader"]) {
    await failTool(deployment, tool, { requirer, rotated: await certificate() });
  }
  assert.ok(model.runs.some(({ outcome }) => outcome === "failed"));
  checkShown(deployment, made, [requirer, other]);

  model.removeRelation(other.relation);
  await deployment.settle();
  model.removeApplication(APPLICATION);
  await deployment.settle();
  checkShown(deployment, made, []);
  for (const needle of needlesOf(made)) watch.check(needle);
  assert.ok(watch.hooks() > 20);
});

Deno.test("secrecy: the charm's own key and the trust token are on no disk", async () => {
  await using lxd = await startLxd();
  const watch = watchFiles();
  await using sealed = await seal();
  const run: Runner = (execution) => watch.run(execution, sealed.run);
  await using deployment = await deploy(lxd, { trust: false, model: { run } });
  const { model } = deployment;
  const token = await makeToken(lxd);
  model.configure(APPLICATION, { "trust-token": token });
  await deployment.settle();
  await deployment.updateStatus();
  assert.match(deployment.status(), /^active/);
  const { content } = ownSecret(model);
  const needles = [content["client-key"], content["client-cert"]].flatMap((pem) =>
    bodyOf(pem ?? "")
  );
  assert.ok(needles.length > 9);
  // Base64 of three bytes has four characters.
  for (const needle of [...needles, token.slice(-NEEDLE_LENGTH - 40, -40)]) watch.check(needle);
  assert.deepEqual(sealed.written(), []);
  assert.ok(watch.hooks() > 3);
});

Deno.test("secrecy: hooks write nothing outside the charm's directory", async () => {
  await using lxd = await startLxd();
  await using sealed = await seal();
  await using deployment = await deploy(lxd, { model: { run: sealed.run } });
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate(), "garbage"]);
  await deployment.settle();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
  await lxd.members[0]?.stop();
  await deployment.updateStatus();
  await lxd.members[0]?.start();
  deployment.model.faults.failTool({ tool: "config-get" });
  requirer.offer(0, []);
  await deployment.model.settle({ replays: 1 });
  deployment.model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.ok(deployment.model.runs.some(({ outcome }) => outcome === "failed"));
  assert.deepEqual(sealed.written(), []);
  assert.ok(sealed.hooks() > 5);
});

Deno.test("secrecy: the seal notices files outside the charm's directory", async () => {
  await using sealed = await seal();
  const root = await Deno.makeTempDir();
  await using _removed = { [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
  const charm = join(root, "agents", "unit", "charm");
  await Deno.mkdir(charm, { recursive: true });
  const path = join(charm, "hook");
  const lines = [
    "#!/bin/sh",
    "touch mine",
    ...OUTSIDE.map((place) => `mkdir ${place}/x`),
    "exit 3",
  ];
  await Deno.writeTextFile(path, lines.join("\n"), { mode: 0o755 });
  const { code } = await sealed.run({
    unit: UNIT,
    hook: "hook",
    path,
    cwd: charm,
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    kill: new AbortController().signal,
    callTool: () => Promise.reject(new Error("Cannot call a tool: there is none")),
  });
  assert.equal(code, 3);
  assert.deepEqual(sealed.written().toSorted(), OUTSIDE.map((place) => `${place}/x`).sort());
  assert.ok((await Deno.stat(join(charm, "mine"))).isFile);
});

Deno.test("secrecy: hooks need no more than Juju's environment", async () => {
  const environments: Execution["env"][] = [];
  const run: Runner = (execution) => {
    environments.push(execution.env);
    return runProcess(execution);
  };
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { model: { run } });
  const requirer = deployment.requirer();
  requirer.offer(0, [await createCertificate()]);
  await deployment.settle();
  assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 1 certificate`);
  deployment.model.removeApplication(APPLICATION);
  await deployment.settle();
  assert.ok(environments.length > 5);
  for (const environment of environments) {
    const foreign = Object.keys(environment).filter((name) =>
      !/^(JUJU_|CHARM_DIR$|CLOUD_API_VERSION$|PATH$|LANG$|TERM$|DEBIAN_FRONTEND$|APT_)/.test(name)
    );
    // The environment has neither HOME, USER, TMPDIR nor a variable of the runtime.
    assert.deepEqual(foreign, []);
  }
});

interface Published {
  readonly relation: {
    readonly read: (unit: string) => Readonly<Record<string, string>>;
    readonly readApp: (application: string) => Readonly<Record<string, string>>;
  };
}

/** Checks everything that the charm showed or published so far. */
function checkShown(
  { model, status }: Deployment,
  made: readonly TestCertificate[],
  requirers: readonly Published[],
): void {
  const tools = model.runs.flatMap((run) => run.tools);
  const shown = [
    ...model.log.map(({ message }) => message),
    ...model.runs.flatMap(({ stdout, stderr, statusAfter, error }) => [
      stdout,
      stderr,
      statusAfter.message,
      error,
    ]),
    // `ps` shows arguments to every user of the machine.
    ...tools.flatMap(({ args }) => args),
    ...model.applications().includes(APPLICATION) ? [status()] : [],
  ].join("\n");
  for (const needle of needlesOf(made)) {
    assert.ok(!shown.includes(needle), `Neither logs nor arguments may hold ${needle}`);
  }
  const told = [
    ...tools.map(({ stdin = "" }) => stdin),
    ...requirers.flatMap(({ relation }) => [relation.read(UNIT), relation.readApp(APPLICATION)])
      .flatMap((databag) => Object.values(databag)),
  ].join("\n");
  // The search works: it finds certificates in the databags.
  const isFound = made.some(({ certificate }) =>
    bodyOf(certificate).every((line) => told.includes(line))
  );
  assert.ok(isFound);
  for (const needle of needlesOfKeys(made)) {
    assert.ok(!told.includes(needle), `Relation data may not hold the key ${needle}`);
  }
}

function needlesOf(made: readonly TestCertificate[]): readonly string[] {
  return [
    ...made.flatMap(({ certificate }) => bodyOf(certificate)),
    ...needlesOfKeys(made),
  ];
}

function needlesOfKeys(made: readonly TestCertificate[]): readonly string[] {
  const certificates = new Set(made.flatMap(({ certificate }) => bodyOf(certificate)));
  return made.flatMap(({ key, traditionalKey }) => [...bodyOf(key), ...bodyOf(traditionalKey)])
    .filter((line) => !certificates.has(line));
}

/** Returns the lines of a PEM's body, to search for in any text. */
function bodyOf(pem: string): readonly string[] {
  return pem.split("\n").filter((line) => line.length >= NEEDLE_LENGTH && !line.startsWith("-"));
}

/** Returns the model's directory, which holds the directories of the agents. */
function rootOf({ cwd }: Execution): string {
  return join(cwd, "..", "..", "..");
}

interface Watch {
  /** Runs a hook. @default {as a process} */
  readonly run: (execution: Execution, run?: Runner) => Promise<Exit>;
  /** Returns the number of hooks that ran. */
  readonly hooks: () => number;
  /** Throws if a file held the text after any hook. */
  readonly check: (needle: string) => void;
}

/**
 * Reads every new or changed file below the model's directory after each hook. The watch keeps only
 * the last content of big files, which are caches of the runtime.
 */
function watchFiles(): Watch {
  const contents = new Map<string, string>();
  const seen = new Map<string, string>();
  let hooks = 0;
  return {
    run: async (execution, run = runProcess) => {
      const root = rootOf(execution);
      // The files of the deployed charm are older than the keys, so they cannot hold any.
      if (hooks++ === 0) await changed(root, seen);
      const exit = await run(execution);
      for (const path of await changed(root, seen)) {
        // A string with one character for each byte is the fastest to search.
        const content = Buffer.from(await Deno.readFile(path)).toString("latin1");
        contents.set(content.length > BIG_FILE ? path : `${path} after hook ${hooks}`, content);
      }
      return exit;
    },
    hooks: () => hooks,
    check: (needle) => {
      const der = atob(needle);
      for (const [path, content] of contents) {
        const isThere = content.includes(needle) || content.includes(der);
        assert.ok(!isThere, `${path} may not hold ${needle}`);
      }
    },
  };
}

/** Lists the files that changed since the last call. */
async function changed(root: string, seen: Map<string, string>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(root)) {
    const path = join(root, entry.name);
    if (entry.isDirectory) found.push(...await changed(path, seen));
    if (!entry.isFile) continue;
    const { ino, size, mtime } = await Deno.lstat(path);
    const state = JSON.stringify([ino, size, mtime]);
    if (seen.get(path) !== state) found.push(path);
    seen.set(path, state);
  }
  return found;
}

interface Seal extends AsyncDisposable {
  readonly run: Runner;
  /** Returns the number of hooks that ran. */
  readonly hooks: () => number;
  /** Returns the files that hooks wrote outside the charm's directory. */
  readonly written: () => readonly string[];
}

/**
 * Runs hooks with empty temporary and home directories, and with the rest of the machine read-only.
 * Every file that is in these directories afterwards is the hook's.
 */
async function seal(): Promise<Seal> {
  const directory = await Deno.makeTempDir();
  const written: string[] = [];
  let hooks = 0;
  const run = async (execution: Execution): Promise<Exit> => {
    const root = rootOf(execution);
    const report = join(root, "report");
    const script = join(directory, `hook-${hooks++}`);
    await Deno.writeTextFile(script, renderSeal(execution.path, root, report), { mode: 0o755 });
    const seen = new Map<string, string>();
    await changed(root, seen);
    const exit = await runProcess({ ...execution, path: script });
    const others = (await changed(root, seen)).filter((path) =>
      !path.startsWith(`${execution.cwd}/`) && path !== report
    );
    const paths = (await Deno.readTextFile(report)).split("\n")
      .filter((path) => path !== "" && !`${root}/`.startsWith(`${path}/`));
    written.push(...others, ...paths);
    await Deno.remove(report);
    return exit;
  };
  return {
    run,
    hooks: () => hooks,
    written: () => written,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

function renderSeal(hook: string, root: string, report: string): string {
  const outside = OUTSIDE.join(" ");
  const inside = `set -e
    mount --bind "${root}" /mnt
    for place in ${outside}; do mount -t tmpfs none "$place"; done
    mkdir -p "${root}"
    mount --bind /mnt "${root}"
    mount -o remount,bind,ro /
    cd "${root}/\${PWD#"${root}/"}"
    set +e
    "${hook}"
    code=$?
    find ${outside} -xdev -mindepth 1 > "${report}"
    exit "$code"`;
  return `#!/bin/sh\nexec unshare --mount sh -c '${inside}'\n`;
}
