import assert from "node:assert/strict";
import { script } from "../testing/sample_charm.ts";
import { firstRun } from "../testing/sample_model.ts";

Deno.test("tools on PATH have exit codes, output and errors", async () => {
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

Deno.test("a tool without input does not read standard input", async () => {
  const { run } = await firstRun(script(
    "printf 'one\\ntwo\\n' | { is-leader; cat; }",
  ));
  assert.equal(run.stdout, "True\none\ntwo\n");
});

Deno.test("tools accept Unicode and long values", async () => {
  const { run } = await firstRun(script(
    "state-set 'umlaut=\u{e4}\u{1f600}'",
    "state-get umlaut",
    "head -c 60000 /dev/zero | tr '\\0' x > big",
    "{ printf 'big: '; cat big; } | state-set --file -",
    "state-get big | wc -c",
  ));
  assert.equal(run.stdout, "\u{e4}\u{1f600}\n60001\n");
});

Deno.test("tools fail outside a context", async () => {
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

Deno.test("parallel calls of tools all get an answer", async () => {
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
