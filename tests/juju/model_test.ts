import assert from "node:assert/strict";
import { createModel } from "./mod.ts";
import { sampleCharm, type SampleFiles, script } from "./sample_charm.ts";

const UUID = "00000000-0000-4000-8000-000000000001";

function parseEnv(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split("\n").filter((line) => line !== "")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/** Runs one hook of a charm as a process. */
async function firstRun(install: string, files: SampleFiles = {}) {
  await using charm = await sampleCharm({ "hooks/install": install, ...files });
  await using model = await createModel({ uuid: UUID });
  await model.deploy(charm.path);
  const run = await model.step();
  assert.ok(run);
  return { run, log: [...model.log] };
}

Deno.test("a hook gets exactly Juju's environment", async () => {
  await using charm = await sampleCharm({
    // A shell would add PWD.
    "hooks/install": '#!/usr/bin/perl\nprint "$_=$ENV{$_}\n" for keys %ENV;\n',
  });
  await using model = await createModel({ uuid: UUID, name: "m" });
  await model.deploy(charm.path);
  const run = await model.step();
  const env = parseEnv(run?.stdout ?? "");
  const agent = env["JUJU_CHARM_DIR"]?.replace(/\/charm$/, "");
  assert.equal(env["JUJU_CHARM_DIR"], model.charmDir("sample/0"));
  assert.match(env["JUJU_CONTEXT_ID"] ?? "", /^sample\/0-install-[0-9a-f]{32}$/);
  delete env["JUJU_CONTEXT_ID"];
  assert.deepEqual(env, {
    APT_LISTCHANGES_FRONTEND: "none",
    CHARM_DIR: `${agent}/charm`,
    CLOUD_API_VERSION: "",
    DEBIAN_FRONTEND: "noninteractive",
    JUJU_AGENT_SOCKET_ADDRESS: `${agent}/agent.socket`,
    JUJU_AGENT_SOCKET_NETWORK: "unix",
    JUJU_API_ADDRESSES: "10.0.0.1:17070",
    JUJU_AVAILABILITY_ZONE: "",
    JUJU_CHARM_DIR: `${agent}/charm`,
    JUJU_CHARM_FTP_PROXY: "",
    JUJU_CHARM_HTTPS_PROXY: "",
    JUJU_CHARM_HTTP_PROXY: "",
    JUJU_CHARM_NO_PROXY: "",
    JUJU_DISPATCH_PATH: "hooks/install",
    JUJU_HOOK_NAME: "install",
    JUJU_MACHINE_ID: "0",
    JUJU_MODEL_NAME: "m",
    JUJU_MODEL_UUID: UUID,
    JUJU_PRINCIPAL_UNIT: "",
    JUJU_SLA: "unsupported",
    JUJU_UNIT_NAME: "sample/0",
    JUJU_VERSION: "3.6.28",
    LANG: "C.UTF-8",
    PATH: `${agent}/tools:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin`,
    TERM: "tmux-256color",
  });
});

Deno.test("relation hooks and actions get their variables", async () => {
  const dump = script("env | grep -E '^JUJU_(ACTION|HOOK|RELATION|REMOTE|DEPARTING|DISPATCH|SLA)'");
  await using charm = await sampleCharm({
    "hooks/api-relation-created": dump,
    "hooks/api-relation-departed": dump,
    "actions/greet": dump,
    "hooks/start": script("env | grep -i proxy"),
  });
  await using model = await createModel({
    jujuVersion: "4.0.15",
    legacyProxy: { http_proxy: "http://p" },
  });
  await model.deploy(charm.path);
  model.addApplication("web", {
    endpoints: { http: { role: "requires", interface: "http" } },
  });
  const relation = model.relate("web:http", "sample:api");
  await model.settle();
  model.removeRelation(relation);
  await model.settle();
  const output = (hook: string) =>
    parseEnv(model.runs.find((run) => run.hook === hook)?.stdout ?? "");
  assert.deepEqual(output("api-relation-created"), {
    JUJU_DISPATCH_PATH: "hooks/api-relation-created",
    JUJU_HOOK_NAME: "api-relation-created",
    JUJU_RELATION: "api",
    JUJU_RELATION_ID: "api:1",
    JUJU_REMOTE_APP: "web",
    JUJU_REMOTE_UNIT: "",
  });
  assert.deepEqual(output("api-relation-departed"), {
    JUJU_DEPARTING_UNIT: "web/0",
    JUJU_DISPATCH_PATH: "hooks/api-relation-departed",
    JUJU_HOOK_NAME: "api-relation-departed",
    JUJU_RELATION: "api",
    JUJU_RELATION_ID: "api:1",
    JUJU_REMOTE_APP: "web",
    JUJU_REMOTE_UNIT: "web/0",
  });
  assert.deepEqual(output("start"), {
    http_proxy: "http://p",
    JUJU_CHARM_FTP_PROXY: "",
    JUJU_CHARM_HTTPS_PROXY: "",
    JUJU_CHARM_HTTP_PROXY: "",
    JUJU_CHARM_NO_PROXY: "",
  });
  const { stdout } = await model.runAction("sample/0", "greet");
  assert.deepEqual(parseEnv(stdout), {
    JUJU_ACTION_NAME: "greet",
    JUJU_ACTION_TAG: "action-2",
    JUJU_ACTION_UUID: "2",
    JUJU_DISPATCH_PATH: "actions/greet",
    JUJU_HOOK_NAME: "",
  });
});

Deno.test("a hook has no home, no input, and the charm as its directory", async () => {
  const { run } = await firstRun(script(
    'echo "${HOME-none} ${USER-none} ${TMPDIR-none}"',
    "cat | wc -c",
    '[ "$(pwd)" = "$CHARM_DIR" ] && ls',
  ));
  assert.equal(
    run.stdout,
    "none none none\n0\nactions.yaml\nconfig.yaml\nhooks\nmanifest.yaml\nmetadata.yaml\n",
  );
});

Deno.test("tools on PATH give exit codes, output and errors", async () => {
  const { log, run } = await firstRun(script(
    "config-get --format=json",
    "relation-list || echo exit $?",
    "credential-get || echo exit $?",
    "juju-log -l WARNING -- -hello there",
    `printf 'k: "v v"' | state-set --file -`,
    "state-get k",
    "cd hooks",
    "echo 'from: file' > f.yaml",
    "state-set --file f.yaml",
    "state-get --format=json -o ../out.json",
    "cat ../out.json",
  ));
  assert.equal(
    run.stdout,
    '{"debug":false,"port":8443,"ratio":0.5}\nexit 2\nexit 1\nv v\n{"from":"file","k":"v v"}\n',
  );
  assert.equal(
    run.stderr,
    "ERROR no relation id specified\n" +
      "ERROR cannot access cloud credentials: permission denied\n",
  );
  assert.deepEqual(log, [
    { unit: "sample/0", level: "WARNING", message: "-hello there" },
  ]);
  assert.deepEqual(run.tools[4], {
    tool: "state-set",
    args: ["--file", "-"],
    stdin: 'k: "v v"',
    exitCode: 0,
    stdout: "",
    stderr: "",
  });
});

Deno.test("tools leave standard input alone unless they read it", async () => {
  const { run } = await firstRun(script(
    "printf 'one\\ntwo\\n' | { is-leader; cat; }",
  ));
  assert.equal(run.stdout, "True\none\ntwo\n");
});

Deno.test("tools carry bytes, and much of them", async () => {
  const { run } = await firstRun(script(
    "state-set 'umlaut=\u{e4}\u{1f600}'",
    "state-get umlaut",
    "head -c 60000 /dev/zero | tr '\\0' x > big",
    "{ printf 'big: '; cat big; } | state-set --file -",
    "state-get big | wc -c",
  ));
  assert.equal(run.stdout, "\u{e4}\u{1f600}\n60001\n");
});

Deno.test("tools refuse to work outside of a context", async () => {
  const { run } = await firstRun(script(
    "JUJU_CONTEXT_ID=old is-leader || echo exit $?",
    "env -u JUJU_CONTEXT_ID is-leader || echo exit $?",
    "env -u JUJU_AGENT_SOCKET_ADDRESS is-leader || echo exit $?",
    "env -u JUJU_AGENT_SOCKET_NETWORK is-leader || echo exit $?",
    "JUJU_AGENT_SOCKET_ADDRESS=/none is-leader || echo exit $?",
  ));
  assert.equal(run.stdout, "exit 1\n".repeat(5));
  assert.equal(
    run.stderr,
    'ERROR bad request: wrong context ID; got "old"\n' +
      "ERROR JUJU_CONTEXT_ID not set\n" +
      "ERROR JUJU_AGENT_SOCKET_ADDRESS not set\n" +
      "ERROR JUJU_AGENT_SOCKET_NETWORK not set\n" +
      "ERROR dial unix /none: connect: no such file or directory\n",
  );
});

Deno.test("tools called in parallel are all answered", async () => {
  const { run } = await firstRun(script(
    "for i in 1 2 3 4 5 6 7 8; do state-set k$i=$i & done",
    "wait",
    "state-get --format=json",
  ));
  assert.equal(
    run.stdout,
    '{"k1":"1","k2":"2","k3":"3","k4":"4","k5":"5","k6":"6","k7":"7","k8":"8"}\n',
  );
});

Deno.test("dispatch is used in place of hooks", async () => {
  const { run } = await firstRun(script("echo hook"), {
    dispatch: script("echo $JUJU_DISPATCH_PATH"),
  });
  assert.equal(run.stdout, "hooks/install\n");
});

Deno.test("a file that is not executable fails the hook", async () => {
  const { run } = await firstRun(script("echo hook"), {
    dispatch: { text: "#!/bin/sh\n", mode: 0o644 },
  });
  assert.equal(run.outcome, "failed");
  assert.match(run.error, /^exec: ".*\/dispatch": permission denied$/);
});

Deno.test("a missing hook is skipped, and counts as done", async () => {
  await using charm = await sampleCharm();
  await using model = await createModel();
  await model.deploy(charm.path);
  await model.settle();
  assert.deepEqual(
    model.runs.map(({ hook, outcome }) => [hook, outcome]),
    ["install", "cluster-relation-created", "leader-elected", "config-changed", "start"]
      .map((hook) => [hook, "skipped"]),
  );
  assert.deepEqual(model.status("sample/0"), { status: "unknown", message: "" });
});

Deno.test("settle() throws with what the hook wrote", async () => {
  await using charm = await sampleCharm({
    "hooks/install": script("echo oops >&2", "exit 3"),
  });
  await using model = await createModel();
  await model.deploy(charm.path);
  await assert.rejects(model.settle(), {
    message: 'Cannot settle: hook "install" of sample/0 failed: exit status 3\noops\n',
  });
});

Deno.test("runAction() gives results, message and output", async () => {
  await using charm = await sampleCharm({
    "actions/greet": script(
      'action-set out.text="Hello $(action-get who)" out.n=1',
      "action-log working",
      'if [ "$(action-get loud)" = True ]; then action-fail "too loud"; fi',
      'if [ "$(action-get who)" = crash ]; then state-set a=b; exit 4; fi',
      "state-set done=yes",
      "echo said",
    ),
  });
  await using model = await createModel();
  await model.deploy(charm.path);
  await assert.rejects(model.runAction("sample/0", "greet"), {
    message: 'Cannot run action "greet": sample/0 is not installed',
  });
  await model.settle();
  assert.deepEqual(await model.runAction("sample/0", "greet"), {
    status: "completed",
    message: "",
    results: {
      out: { text: "Hello world", n: "1" },
      "return-code": 0,
      stdout: "said\n",
    },
    log: ["working"],
    stdout: "said\n",
    stderr: "",
  });
  const failed = await model.runAction("sample/0", "greet", { loud: true });
  assert.equal(failed.status, "failed");
  assert.equal(failed.message, "too loud");
  assert.deepEqual(model.charmState("sample/0"), { done: "yes" });
  const crashed = await model.runAction("sample/0", "greet", { who: "crash" });
  assert.equal(crashed.message, "exit status 4");
  assert.deepEqual(model.charmState("sample/0"), { done: "yes" });
  const absent = await model.runAction("sample/0", "absent");
  assert.equal(absent.message, 'action not implemented on unit "sample/0"');
});

Deno.test("the model refuses what Juju would refuse", async () => {
  await using charm = await sampleCharm();
  await using model = await createModel();
  await assert.rejects(model.deploy(charm.path, { config: { nope: 1 } }), {
    message: 'Cannot configure "sample": it has no option "nope"',
  });
  await assert.rejects(model.deploy(charm.path, { config: { port: "1" } }), {
    message: 'Cannot configure "sample": option "port" must be of type int',
  });
  await assert.rejects(model.deploy(charm.path, { config: { token: "x" } }), {
    message: 'Cannot configure "sample": option "token" must be of type secret',
  });
  await model.deploy(charm.path);
  await assert.rejects(model.deploy(charm.path), {
    message: 'Cannot add application "sample": it exists already',
  });
  model.addApplication("web", {
    endpoints: {
      http: { role: "requires", interface: "http" },
      other: { role: "requires", interface: "gopher" },
      also: { role: "provides", interface: "http" },
    },
  });
  assert.throws(() => model.relate("sample:nope", "web:http"), {
    message: 'Cannot relate "sample:nope": application "sample" has no such endpoint',
  });
  assert.throws(() => model.relate("sample:api", "web:other"), {
    message:
      "Cannot relate sample:api to web:other: interfaces or roles do not match: provides http, requires gopher",
  });
  assert.throws(() => model.relate("sample:api", "web:also"), {
    message:
      "Cannot relate sample:api to web:also: interfaces or roles do not match: provides http, provides http",
  });
  assert.equal(model.relate("sample", "web").id, "1");
  assert.throws(() => model.relate("sample:api", "web:http"), {
    message: "Cannot relate sample:api to web:http: they are related already",
  });
  await model.settle();
  await assert.rejects(model.runAction("sample/0", "nope"), {
    message: 'Cannot run action "nope": "sample" has no such action',
  });
  await assert.rejects(model.runAction("sample/0", "greet", { x: 1 }), {
    message: 'Cannot run action "greet": it has no parameter "x"',
  });
  await assert.rejects(model.runAction("sample/0", "greet", { who: 1 }), {
    message: 'Cannot run action "greet": "who" must be of type string',
  });
});

const BAD_CHARMS = [
  {
    files: { "metadata.yaml": "name: a\nprovides: {juju-x: http}\n" },
    message: 'Cannot use "juju-x" for a provides endpoint: reserved',
  },
  {
    files: { "config.yaml": "options: {trust: {type: boolean}}\n" },
    message: 'Cannot read option "trust": the name is Juju\'s own',
  },
  {
    files: { "config.yaml": "options: {a: {type: map}}\n" },
    message: 'Cannot read option "a": unknown type "map"',
  },
  {
    files: { "actions.yaml": "Bad: {}\n" },
    message: 'Cannot read action "Bad": bad action name',
  },
] as const;

for (const { files, message } of BAD_CHARMS) {
  Deno.test(`deploy() refuses a charm: ${message}`, async () => {
    await using charm = await sampleCharm(files);
    await using model = await createModel();
    await assert.rejects(model.deploy(charm.path), { message });
  });
}

Deno.test("deploy() needs manifest.yaml from 4.0 on", async () => {
  await using charm = await sampleCharm();
  await Deno.remove(`${charm.path}/manifest.yaml`);
  await using old = await createModel();
  await old.deploy(charm.path);
  await using young = await createModel({ jujuVersion: "4.0.15" });
  await assert.rejects(young.deploy(charm.path), {
    message: "charm manifest not found",
  });
});

Deno.test("disposal kills hooks and leaves no files", async () => {
  await using charm = await sampleCharm({
    "hooks/install": script("is-leader", "sleep 60"),
  });
  const model = await createModel();
  await model.deploy(charm.path);
  const directory = model.charmDir("sample/0");
  const started = performance.now();
  const running = model.step();
  while (!(await exists(`${directory}/hooks/install`))) await pause();
  await pause();
  await model[Symbol.asyncDispose]();
  assert.equal((await running)?.outcome, "killed");
  assert.ok(performance.now() - started < 30_000);
  assert.ok(!await exists(directory));
});

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

Deno.test("a process left behind does not keep the hook", async () => {
  const { run } = await firstRun(script("echo before", "sleep 3 &"));
  assert.equal(run.outcome, "done");
  assert.equal(run.stdout, "before\n");
  assert.ok(run.durationMs < 2900);
});
