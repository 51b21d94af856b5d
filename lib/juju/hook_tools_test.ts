import assert from "node:assert/strict";
import { makeTemporaryFolder } from "../../tests/temporary.ts";
import { createJuju, execTool, HookToolError, type Juju } from "./hook_tools.ts";

/** Hook tools that print what they were told for a command, and refuse every other one. */
function fakeJuju(command: string, output: string | Error): Juju {
  return createJuju((tool, args, more) => {
    const stdin = typeof more === "string" ? more : undefined;
    const line = [tool, ...args, ...stdin === undefined ? [] : ["<", stdin]].join(" ");
    if (line !== command) return Promise.reject(new Error(`Cannot answer "${line}"`));
    return output instanceof Error ? Promise.reject(output) : Promise.resolve(output);
  });
}

const READS: readonly {
  readonly command: string;
  readonly output: string;
  readonly ask: (juju: Juju) => Promise<unknown>;
  readonly expected: unknown;
}[] = [
  {
    command: "config-get --format=json",
    output: '{"a": "b"}\n',
    ask: (juju) => juju.configGet(),
    expected: { a: "b" },
  },
  {
    command: "credential-get --format=json",
    output: '{"type": "lxd"}\n',
    ask: (juju) => juju.credentialGet(),
    expected: { type: "lxd" },
  },
  {
    command: "goal-state --format=json",
    output: '{"units": {"a/0": {"status": "active"}}, "relations": {}}\n',
    ask: (juju) => juju.goalState(),
    expected: { units: { "a/0": { status: "active" } } },
  },
  {
    command: "is-leader --format=json",
    output: "false\n",
    ask: (juju) => juju.isLeader(),
    expected: false,
  },
  {
    command: "relation-get --format=json -r 3 - ams/0",
    output: '{"a": "b"}\n',
    ask: (juju) => juju.relationGet("3", "ams/0"),
    expected: { a: "b" },
  },
  {
    command: "relation-get --format=json -r 3 --app - ams",
    output: "{}\n",
    ask: (juju) => juju.relationGet("3", "ams"),
    expected: {},
  },
  {
    command: "relation-ids --format=json api",
    output: '["api:10", "api:2"]\n',
    ask: (juju) => juju.relationIds("api"),
    expected: ["10", "2"],
  },
  {
    command: "relation-list --format=json -r 3",
    output: '["ams/0", "ams/1"]\n',
    ask: (juju) => juju.relationList("3"),
    expected: ["ams/0", "ams/1"],
  },
  {
    command: "relation-list --format=json -r 3 --app",
    output: '"ams"\n',
    ask: (juju) => juju.relationApplication("3"),
    expected: "ams",
  },
  {
    command: "status-get --format=json --include-data",
    output: '{"message": "m", "status": "active", "status-data": {}}\n',
    ask: (juju) => juju.statusGet(),
    expected: { message: "m", status: "active" },
  },
  {
    command: "status-get --format=json --include-data --application",
    output:
      '{"application-status": {"status": "active", "units": {"lxd/0": {"status": "active"}}}}',
    ask: (juju) => juju.unitStatuses(),
    expected: { "lxd/0": { status: "active" } },
  },
  {
    command: "secret-get --format=json --refresh secret:abc",
    output: '{"endpoint": "10.0.0.1"}\n',
    ask: (juju) => juju.secretGet("secret:abc"),
    expected: { kind: "content", content: { endpoint: "10.0.0.1" } },
  },
];

Deno.test.each(READS)("createJuju() reads $command", async ({ command, output, ask, expected }) => {
  assert.deepEqual(await ask(fakeJuju(command, output)), expected);
});

Deno.test("createJuju() refuses an output that is not Juju's, without a word of it", async () => {
  const message = "Cannot read the output of secret-get: it is not as Juju documents it";
  for (const output of ['["secret"]', "secret", '{"endpoint": 1}']) {
    const juju = fakeJuju("secret-get --format=json --refresh secret:abc", output);
    await assert.rejects(juju.secretGet("secret:abc"), { name: "TypeError", message });
  }
});

Deno.test("createJuju() writes nothing into arguments but what cannot be taken for an option", async () => {
  await fakeJuju("juju-log --log-level WARNING -- --help", "").jujuLog("WARNING", "--help");
  await fakeJuju("status-set -- active -m", "").statusSet("active", "-m");
});

// What would stop the system from running the tool, or the log's reader from reading on.
const HOSTILE = `a\0b\x1b[2J\x07\x85\u202e\n${"x".repeat(200_000)}`;

Deno.test("createJuju() writes one line of at most 4 kB into arguments", async () => {
  const calls: (readonly string[])[] = [];
  const juju = createJuju((_tool, args) => {
    calls.push(args);
    return Promise.resolve("");
  });
  await juju.jujuLog("WARNING", HOSTILE);
  await juju.statusSet("blocked", HOSTILE);
  const shown = String.raw`a\u0000b\u001b[2J\u0007\u0085\u202e `;
  const text = `${shown}${"x".repeat(4096 - shown.length - 3)}...`;
  assert.deepEqual(calls, [["--log-level", "WARNING", "--", text], ["--", "blocked", text]]);
});

Deno.test("createJuju() fails no hook because of its log, and only because of that", async () => {
  const errors = [
    new HookToolError("juju-log", { code: 1, stderr: "ERROR no" }),
    new TypeError("nul byte found in provided data"),
    new Error("Argument list too long (os error 7)"),
  ];
  for (const error of errors) {
    const juju = createJuju(() => Promise.reject(error));
    await juju.jujuLog("WARNING", "a");
    await assert.rejects(juju.statusSet("active", "a"), error);
  }
});

Deno.test("createJuju() writes databags on standard input", async () => {
  const unit = fakeJuju('relation-set -r 3 --file - < {"a":"b\\n","c":""}', "");
  await unit.relationSet("3", { a: "b\n", c: "" }, "unit");
  const application = fakeJuju('relation-set -r 3 --app --file - < {"a":"b"}', "");
  await application.relationSet("3", { a: "b" }, "application");
});

Deno.test("createJuju() escapes what Juju's YAML reader refuses, and nothing else", async () => {
  const written = String.raw`{"a":"\u007f\u0085\u009f\ufffe\uffff\u0000` + '\u00e9\u{1f600}"}';
  const juju = fakeJuju(`relation-set -r 3 --file - < ${written}`, "");
  const value = "\u007f\u0085\u009f\ufffe\uffff\u0000\u00e9\u{1f600}";
  await juju.relationSet("3", { a: value }, "unit");
});

Deno.test("createJuju() distinguishes denied access from a failure", async () => {
  const command = "credential-get --format=json";
  const denied = "ERROR cannot access cloud credentials: permission denied\n";
  const failed = "ERROR connection is shut down\n";
  const ask = (stderr: string) =>
    fakeJuju(command, new HookToolError("credential-get", { code: 1, stderr })).credentialGet();
  assert.equal(await ask(denied), undefined);
  await assert.rejects(ask(failed), { name: "HookToolError", stderr: failed });
  await assert.rejects(fakeJuju(command, new Error("permission denied")).credentialGet(), {
    name: "Error",
  });
});

Deno.test.each([
  { stderr: "ERROR permission denied\n", words: "permission denied" },
  {
    stderr: 'ERROR "lxd/0" is not allowed to read this secret\n',
    words: '"lxd/0" is not allowed to read this secret',
  },
  { stderr: 'ERROR secret "abc" not found\n', words: 'secret "abc" not found' },
  { stderr: "ERROR connection is shut down\n", words: "connection is shut down" },
  { stderr: "", words: "" },
])(
  "createJuju() gives Juju's words where it refuses a secret: $stderr",
  async ({ stderr, words }) => {
    const command = "secret-get --format=json --refresh secret:abc";
    for (const code of [1, 2]) {
      const error = new HookToolError("secret-get", { code, stderr });
      const secret = await fakeJuju(command, error).secretGet("secret:abc");
      assert.deepEqual(secret, { kind: "refused", words });
    }
    const killed = new HookToolError("secret-get", {
      code: 137,
      stderr: "killed by SIGKILL",
      signal: "SIGKILL",
    });
    await assert.rejects(fakeJuju(command, killed).secretGet("secret:abc"), killed);
  },
);

Deno.test("HookToolError says which tool failed, and how", () => {
  const error = new HookToolError("relation-get", {
    code: 2,
    stderr: "ERROR relation not found\n",
  });
  assert.equal(
    error.message,
    "Cannot run relation-get: exit status 2: ERROR relation not found",
  );
});

/** Runs a function with a program of a unique name on `PATH`. */
async function withTool(
  script: string,
  use: (tool: string) => Promise<unknown>,
): Promise<void> {
  const directory = await makeTemporaryFolder();
  const path = Deno.env.get("PATH") ?? "";
  const tool = `tool-${crypto.randomUUID()}`;
  await Deno.writeTextFile(`${directory}/${tool}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  Deno.env.set("PATH", `${directory}:${path}`);
  try {
    await use(tool);
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("execTool() gives arguments as they are, and returns what is printed", async () => {
  await withTool('printf "%s|" "$@"; echo noise >&2', async (tool) => {
    assert.equal(await execTool(tool, ["a b", "", "$(c)", "\u00e9"]), "a b||$(c)|\u00e9|");
  });
});

Deno.test("execTool() gives standard input to its end, or none", async () => {
  await withTool("cat", async (tool) => {
    assert.equal(await execTool(tool, [], "\u00e9\n"), "\u00e9\n");
    assert.equal(await execTool(tool, []), "");
  });
  await withTool("wc -c", async (tool) => {
    assert.equal((await execTool(tool, [], "x".repeat(1_000_000))).trim(), "1000000");
  });
});

Deno.test("execTool() rejects with the exit code and the error output", async () => {
  await withTool("echo out; echo ERROR no >&2; exit 3", async (tool) => {
    await assert.rejects(execTool(tool, []), {
      name: "HookToolError",
      code: 3,
      stderr: "ERROR no\n",
    });
  });
});

Deno.test("execTool() reports the failure of a tool that reads nothing", async () => {
  await withTool("exec <&-; echo ERROR no >&2; exit 1", async (tool) => {
    await assert.rejects(execTool(tool, [], "x".repeat(1_000_000)), { code: 1 });
  });
});

Deno.test("execTool() distinguishes a killed tool from a failed one", async () => {
  await withTool("kill -9 $$", async (tool) => {
    await assert.rejects(execTool(tool, []), /killed by SIGKILL/);
  });
});

Deno.test("execTool() rejects if the tool does not exist", async () => {
  await assert.rejects(execTool(`tool-${crypto.randomUUID()}`, []), { name: "NotFound" });
});
