import assert from "node:assert/strict";
import { createModel } from "../model/create_model.ts";
import { sampleCharm, script } from "../testing/sample_charm.ts";
import { addWeb, sampleModel } from "../testing/sample_model.ts";

const UUID = "00000000-0000-4000-8000-000000000001";

function parseEnv(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split("\n").filter((line) => line !== "")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/** Returns the variables of the install hook that both versions of Juju set, except its context id. */
function commonVariables(agent: string | undefined, jujuVersion: string): Record<string, string> {
  return {
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
    JUJU_UNIT_NAME: "sample/0",
    JUJU_VERSION: jujuVersion,
    LANG: "C.UTF-8",
    PATH: `${agent}/tools:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin`,
    TERM: "tmux-256color",
  };
}

Deno.test.each(
  [
    { jujuVersion: "3.6.28", own: { JUJU_SLA: "unsupported" } },
    {
      jujuVersion: "4.0.15",
      own: {
        JUJU_CHARM_TRACE_CONFIG_CA_CERT: "",
        JUJU_CHARM_TRACE_CONFIG_GRPC: "",
        JUJU_CHARM_TRACE_CONFIG_HTTP: "",
      },
    },
  ] as const,
)("a hook gets exactly the environment of Juju $jujuVersion", async ({ jujuVersion, own }) => {
  await using charm = await sampleCharm({
    // A shell would add the variable PWD.
    "hooks/install": '#!/usr/bin/perl\nprint "$_=$ENV{$_}\n" for keys %ENV;\n',
  });
  await using model = await createModel({ uuid: UUID, name: "m", jujuVersion });
  await model.deploy(charm.path);
  const run = await model.step();
  const env = parseEnv(run?.stdout ?? "");
  const agent = env["JUJU_CHARM_DIR"]?.replace(/\/charm$/, "");
  assert.deepEqual(env, run?.environment);
  assert.equal(env["JUJU_CHARM_DIR"], model.charmDir("sample/0"));
  assert.match(env["JUJU_CONTEXT_ID"] ?? "", /^sample\/0-install-[0-9a-f]{32}$/);
  delete env["JUJU_CONTEXT_ID"];
  assert.deepEqual(env, { ...commonVariables(agent, jujuVersion), ...own });
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
  const relation = addWeb(model);
  await model.settle();
  model.removeRelation(relation);
  await model.settle();
  const output = (hook: string) =>
    parseEnv(model.runs.find((run) => run.hook === hook)?.stdout ?? "");
  const api = { JUJU_RELATION: "api", JUJU_RELATION_ID: "api:1", JUJU_REMOTE_APP: "web" };
  assert.deepEqual(output("api-relation-created"), {
    ...api,
    JUJU_DISPATCH_PATH: "hooks/api-relation-created",
    JUJU_HOOK_NAME: "api-relation-created",
    JUJU_REMOTE_UNIT: "",
  });
  assert.deepEqual(output("api-relation-departed"), {
    ...api,
    JUJU_DEPARTING_UNIT: "web/0",
    JUJU_DISPATCH_PATH: "hooks/api-relation-departed",
    JUJU_HOOK_NAME: "api-relation-departed",
    JUJU_REMOTE_UNIT: "web/0",
  });
  assert.deepEqual(output("start"), {
    http_proxy: "http://p",
    JUJU_CHARM_FTP_PROXY: "",
    JUJU_CHARM_HTTPS_PROXY: "",
    JUJU_CHARM_HTTP_PROXY: "",
    JUJU_CHARM_NO_PROXY: "",
  });
  const { stdout } = await model.runAction("sample/0", "greet", { who: "me" });
  assert.deepEqual(parseEnv(stdout), {
    JUJU_ACTION_NAME: "greet",
    JUJU_ACTION_TAG: "action-2",
    JUJU_ACTION_UUID: "2",
    JUJU_DISPATCH_PATH: "actions/greet",
    JUJU_HOOK_NAME: "",
  });
});

Deno.test("environment() adds variables for each kind of hook", async () => {
  let uri = "";
  await using model = await sampleModel({
    body: async ({ callTool, hook }) => {
      if (hook === "update-status") await callTool("secret-get", [uri, "--label=mine"]);
    },
  });
  const relation = addWeb(model);
  relation.writeApp("web", { flavor: "mild" });
  await model.settle();
  uri = model.addSecret("mine", { key: "one" });
  model.grantSecret(uri, "sample");
  model.updateStatus("sample");
  await model.settle();
  model.updateSecret(uri, { key: "two" });
  model.removeRelation(relation);
  await model.settle();
  await model.runAction("sample/0", "greet", { who: "me" });
  const common = new Set(Object.keys(model.runs[0]?.environment ?? {}));
  const own = model.runs.map(({ environment, hook }) => {
    const entries = Object.entries(environment).filter(([key]) => !common.has(key));
    return [hook, Object.fromEntries(entries)] as const;
  });
  assert.deepEqual(own, ownVariables(uri));
});

/** Returns each hook of the test with the variables that install does not have. */
function ownVariables(uri: string): readonly (readonly [string, Record<string, string>])[] {
  const api = { JUJU_RELATION: "api", JUJU_RELATION_ID: "api:1", JUJU_REMOTE_APP: "web" };
  const created = { ...api, JUJU_REMOTE_UNIT: "" };
  const unit = { ...api, JUJU_REMOTE_UNIT: "web/0" };
  return [
    ["install", {}],
    ["api-relation-created", created],
    ["cluster-relation-created", {
      JUJU_RELATION: "cluster",
      JUJU_RELATION_ID: "cluster:0",
      JUJU_REMOTE_APP: "sample",
      JUJU_REMOTE_UNIT: "",
    }],
    ["leader-elected", {}],
    ["config-changed", {}],
    ["start", {}],
    ["api-relation-changed", created],
    ["api-relation-joined", unit],
    ["api-relation-changed", unit],
    ["update-status", {}],
    ["secret-changed", { JUJU_SECRET_ID: uri, JUJU_SECRET_LABEL: "mine" }],
    ["api-relation-departed", { ...unit, JUJU_DEPARTING_UNIT: "web/0" }],
    ["api-relation-broken", created],
    ["greet", {
      JUJU_ACTION_NAME: "greet",
      JUJU_ACTION_TAG: "action-2",
      JUJU_ACTION_UUID: "2",
    }],
  ];
}
