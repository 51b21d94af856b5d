import assert from "node:assert/strict";
import type { CallTool } from "../agent/runner.ts";
import type { JujuVersion } from "../charm/juju_version.ts";
import { play, type Scene, SCENES } from "../testing/tool_fixture.ts";
import type { ToolResult } from "./run_tool.ts";

/** A call, with exactly what comes of it. */
interface Row {
  readonly run: readonly string[];
  readonly stdin?: string;
  readonly code?: number;
  readonly out?: string;
  readonly err?: string;
}

const JSON_ = "--format=json";
const ID = "c0000000000000000000";

/** A relation that was removed by force: it is listed, and can neither be read nor written. */
const GONE: readonly Row[] = [
  { run: ["relation-ids", "api", JSON_], out: '["api:1"]\n' },
  { run: ["relation-list", "--app", JSON_], out: '"web"\n' },
  ...[["-", "sample/0"], ["host", "sample/0"]].map((args) => ({
    run: ["relation-get", "-r", "api:1", ...args],
    code: 1,
    err: "ERROR permission denied\n",
  })),
  {
    run: ["relation-get", "--app", "-", "sample"],
    code: 1,
    err: "ERROR permission denied (unauthorized access)\n",
  },
  ...[[], ["-", "web/0"], ["-", "web/1"], ["--app"], ["--app", "-", "web"]].map((args) => ({
    run: ["relation-get", ...args],
    code: 1,
    err: "ERROR getting regular relation by key: relation not found\n",
  })),
  ...[["a=b"], ["--app", "a=b"]].map((args) => ({
    run: ["relation-set", ...args],
    code: 1,
    err: "ERROR cannot read relation settings: permission denied\n",
  })),
  // The others are as they were.
  { run: ["relation-get", "-r", "0", "--app", "-", "sample", JSON_], out: "{}\n" },
];
const GHOST: readonly Row[] = [{ run: ["relation-list", JSON_], out: '["web/1"]\n' }, ...GONE];
const GHOST_BROKEN: readonly Row[] = [{ run: ["relation-list", JSON_], out: "[]\n" }, ...GONE];

/** What Juju itself writes into a unit's databag, with more keys between. */
function bag(version: JujuVersion, address: string, ...more: readonly string[]): string {
  const settings = [
    `"egress-subnets":"${address}/32"`,
    `"ingress-address":"${address}"`,
    ...version === "3.6.28" ? [`"private-address":"${address}"`] : [],
    ...more,
  ];
  return `{${settings.sort().join()}}\n`;
}

/** The rows of each scene; where the versions differ, 3.6 comes first. */
function rowsOf(version: JujuVersion): Readonly<Record<string, readonly Row[]>> {
  const by = <T>(old: T, young: T): T => version === "3.6.28" ? old : young;
  const refused = (old: string, young: string) => ({ code: 1, err: `ERROR ${by(old, young)}\n` });
  const WEB0 = bag(version, "10.100.2.2", '"host":"a\\u003cb"', '"tick":"1"');
  const OWN = bag(version, "10.100.0.2");
  const OTHER = bag(version, "10.100.1.2");
  const URI = by("secret:", "secret://00000000-0000-4000-8000-000000000001/");
  return {
    changed: [
      // Options.
      {
        run: ["config-get", "--foo"],
        code: 2,
        err: "ERROR option provided but not defined: --foo\n",
      },
      { run: ["config-get", "-x"], code: 2, err: "ERROR option provided but not defined: -x\n" },
      {
        run: ["config-get", "--format"],
        code: 2,
        err: "ERROR option needs an argument: --format\n",
      },
      {
        run: ["config-get", "--format=x"],
        code: 2,
        err: 'ERROR invalid value "x" for option --format: unknown format "x"\n',
      },
      {
        run: ["secret-get", "--format", "smart"],
        code: 2,
        err: 'ERROR invalid value "smart" for option --format: unknown format "smart"\n',
      },
      { run: ["config-get", "a", "b", "c"], code: 2, err: 'ERROR unrecognized args: ["b" "c"]\n' },
      { run: ["is-leader", "x", "y\n"], code: 2, err: 'ERROR unrecognized args: ["x" "y\\n"]\n' },
      {
        run: ["status-set", "--format=json", "active"],
        code: 2,
        err: "ERROR option provided but not defined: --format\n",
      },
      {
        run: ["state-set", "--format=json", "a=b"],
        code: 2,
        err: "ERROR option provided but not defined: --format\n",
      },
      {
        run: ["application-version-set", "--format=json", "1"],
        code: 2,
        err: "ERROR option provided but not defined: --format\n",
      },
      {
        run: ["secret-add", "--format=json", "key=v"],
        code: 2,
        err: "ERROR option provided but not defined: --format\n",
      },
      { run: ["no-such-tool"], code: 1, err: "ERROR bad request: unknown command: no-such-tool\n" },
      {
        run: ["relation-list", "-r", "x"],
        code: 2,
        err: 'ERROR invalid value "x" for option -r: invalid relation id\n',
      },
      {
        run: ["relation-list", "--relation", "x:y"],
        code: 2,
        err: 'ERROR invalid value "x:y" for option --relation: invalid relation id\n',
      },
      {
        run: ["relation-list", "-r", "api:99"],
        code: 2,
        err: 'ERROR invalid value "api:99" for option -r: relation not found\n',
      },
      // The endpoint before the id is thrown away.
      { run: ["relation-list", "-r", "nonsense:1", JSON_], out: '["web/0","web/1"]\n' },
      { run: ["relation-list", "-r1", JSON_], out: '["web/0","web/1"]\n' },
      // config-get.
      { run: ["config-get", JSON_], out: '{"debug":false,"port":8443,"ratio":0.5}\n' },
      {
        run: ["config-get", JSON_, "--all"],
        out: '{"debug":false,"label":null,"port":8443,"ratio":0.5,"token":null}\n',
      },
      { run: ["config-get", "port", JSON_], out: "8443\n" },
      { run: ["config-get", "label", JSON_], out: "null\n" },
      { run: ["config-get", "unknown", JSON_], out: "null\n" },
      { run: ["config-get", "unknown"], out: "" },
      { run: ["config-get", "debug"], out: "False\n" },
      { run: ["config-get", "port"], out: "8443\n" },
      { run: ["config-get"], out: "debug: false\nport: 8443\nratio: 0.5\n" },
      {
        run: ["config-get", "--all", "k"],
        code: 2,
        err: 'ERROR cannot use argument --all together with key "k"\n',
      },
      {
        run: ["credential-get"],
        code: 1,
        err: "ERROR cannot access cloud credentials: permission denied\n",
      },
      // relation-ids.
      { run: ["relation-ids", JSON_], out: '["api:1"]\n' },
      { run: ["relation-ids"], out: "api:1\n" },
      { run: ["relation-ids", "cluster", JSON_], out: '["cluster:0"]\n' },
      { run: ["relation-ids", "unknown", JSON_], out: "[]\n" },
      { run: ["relation-ids", "unknown"], out: "" },
      // relation-list.
      { run: ["relation-list", JSON_], out: '["web/0","web/1"]\n' },
      { run: ["relation-list"], out: "web/0\nweb/1\n" },
      { run: ["relation-list", "--app", JSON_], out: '"web"\n' },
      { run: ["relation-list", "-r", "0", JSON_], out: '["sample/1"]\n' },
      { run: ["relation-list", "-r", "0", "--app"], out: "sample\n" },
      // relation-get.
      { run: ["relation-get", JSON_], out: WEB0 },
      { run: ["relation-get", JSON_, "-"], out: WEB0 },
      { run: ["relation-get", JSON_, "host"], out: '"a\\u003cb"\n' },
      { run: ["relation-get", "host"], out: "a<b\n" },
      { run: ["relation-get", JSON_, "missing"], out: "null\n" },
      { run: ["relation-get", "missing"], out: "" },
      { run: ["relation-get", JSON_, "--app"], out: '{"flavor":"mild"}\n' },
      { run: ["relation-get", JSON_, "--app", "-", "web/1"], out: '{"flavor":"mild"}\n' },
      { run: ["relation-get", JSON_, "--app", "flavor", "web"], out: '"mild"\n' },
      { run: ["relation-get", JSON_, "-", "sample/0"], out: OWN },
      { run: ["relation-get", JSON_, "--app", "-", "sample"], out: "{}\n" },
      { run: ["relation-get", JSON_, "-r", "0", "-", "sample/1"], out: OTHER },
      {
        run: ["relation-get", "-", "web"],
        code: 2,
        err: 'ERROR expected unit name, got application name "web"\n',
      },
      {
        run: ["relation-get", "-", "What/ever"],
        code: 2,
        err: 'ERROR invalid unit name "What/ever"\n',
      },
      {
        run: ["relation-get", "-", "web/0", "x"],
        code: 2,
        err: 'ERROR unrecognized args: ["x"]\n',
      },
      {
        run: ["relation-get", "-", "sample/1", JSON_],
        ...by<Partial<Row>>({ code: 1, err: "ERROR permission denied\n" }, { out: OTHER }),
      },
      {
        run: ["relation-get", "-", "alien/0"],
        ...refused("permission denied", "relation unit not found"),
      },
      {
        run: ["relation-get", "--app", "-", "alien"],
        ...refused("permission denied", 'getting application "alien" not found'),
      },
      {
        run: ["relation-get", "-", "web/9"],
        ...refused(
          'cannot read settings for unit "web/9" in relation "web:http sample:api": unit "web/9": settings not found',
          "relation unit not found",
        ),
      },
      // relation-set.
      { run: ["relation-set"] },
      { run: ["relation-set", "-r", "0", " a = b \n"] },
      { run: ["relation-get", "-r", "0", JSON_, "a", "sample/0"], out: '"b"\n' },
      {
        run: ["relation-set", "a=1", "a=2"],
        code: 2,
        err: 'ERROR key "a" specified more than once\n',
      },
      {
        run: ["relation-set", "nothing"],
        code: 2,
        err: 'ERROR expected "key=value", got "nothing"\n',
      },
      { run: ["relation-set", "=x"], code: 2, err: 'ERROR expected "key=value", got "=x"\n' },
      {
        run: ["relation-set", "--file", "-", "k=arg"],
        stdin: '{"k":"file","pem":"a\\nb\\n","n":1.50,"t":"\u{1f600}"}',
      },
      { run: ["relation-get", JSON_, "k", "sample/0"], out: '"arg"\n' },
      { run: ["relation-get", JSON_, "pem", "sample/0"], out: '"a\\nb\\n"\n' },
      { run: ["relation-get", JSON_, "n", "sample/0"], out: '"1.50"\n' },
      { run: ["relation-get", JSON_, "t", "sample/0"], out: '"\u{1f600}"\n' },
      { run: ["relation-set", "--file=-"], stdin: "" },
      { run: ["relation-set", "--file=-"], stdin: "null" },
      // Null is the empty string, which deletes the key.
      { run: ["relation-set", "--file=-"], stdin: '{"n":null,"t":"","yes":yes}' },
      { run: ["relation-get", JSON_, "n", "sample/0"], out: "null\n" },
      { run: ["relation-get", JSON_, "t", "sample/0"], out: "null\n" },
      { run: ["relation-get", JSON_, "yes", "sample/0"], out: '"yes"\n' },
      {
        run: ["relation-set", "--file=-"],
        stdin: '""',
        code: 1,
        err:
          "ERROR yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `` into map[string]string\n",
      },
      {
        run: ["relation-set", "--file=-"],
        stdin: "a:\n  b: c\n",
        code: 1,
        err: "ERROR yaml: unmarshal errors:\n  line 2: cannot unmarshal !!map into string\n",
      },
      {
        run: ["relation-set", "--file=-"],
        stdin: '"just text"',
        code: 1,
        err:
          "ERROR yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `just text` into map[string]string\n",
      },
      {
        run: ["relation-set", "--file=-"],
        stdin: '{"a":"\\ud83d\\ude00"}',
        code: 1,
        err: "ERROR yaml: found invalid Unicode character escape code\n",
      },
      {
        run: ["relation-set", "--file=-"],
        stdin: '{"a":"\x7f"}',
        code: 1,
        err: "ERROR yaml: control characters are not allowed\n",
      },
      { run: ["relation-set", "--file=-"], stdin: '{"nel":"a\x85b","del":"\\u007f"}' },
      { run: ["relation-get", JSON_, "nel", "sample/0"], out: '"a b"\n' },
      { run: ["relation-get", JSON_, "del", "sample/0"], out: '"\x7f"\n' },
      { run: ["relation-set", "--app", "app=yes"] },
      { run: ["relation-get", JSON_, "--app", "-", "sample"], out: '{"app":"yes"}\n' },
      { run: ["relation-set", "--app", "app="] },
      { run: ["relation-get", JSON_, "--app", "-", "sample"], out: "{}\n" },
      {
        run: ["relation-set", "--file=/does/not/exist"],
        code: 1,
        err: "ERROR open /does/not/exist: no such file or directory\n",
      },
      {
        run: ["relation-model-get", JSON_],
        out: '{"uuid":"00000000-0000-4000-8000-000000000001"}\n',
      },
      // status-set and status-get.
      { run: ["status-get", JSON_], out: '{"status":"unknown"}\n' },
      { run: ["status-set", "active", "all is well"] },
      {
        run: ["status-get", "--include-data", JSON_],
        out: '{"message":"","status":"unknown","status-data":{}}\n',
      },
      { run: ["status-get"], out: "unknown\n" },
      {
        run: ["status-get", "--application", JSON_],
        out:
          '{"application-status":{"status":"active","units":{"sample/0":{"status":"active"},"sample/1":{"status":"unknown"}}}}\n',
      },
      { run: ["status-set", "--application", "blocked", "no"] },
      { run: ["status-get", "--application"], out: "blocked\n" },
      { run: ["status-set"], code: 2, err: "ERROR invalid args, require <status> [message]\n" },
      {
        run: ["status-set", "error"],
        code: 2,
        err: 'ERROR invalid status "error", expected one of [maintenance blocked waiting active]\n',
      },
      { run: ["status-set", "active", "a", "b"], code: 2, err: 'ERROR unrecognized args: ["b"]\n' },
      // is-leader, juju-log.
      { run: ["is-leader", JSON_], out: "true\n" },
      { run: ["is-leader"], out: "True\n" },
      { run: ["juju-log"], code: 2, err: "ERROR no message specified\n" },
      { run: ["juju-log", "-x"], code: 2, err: "ERROR option provided but not defined: -x\n" },
      { run: ["juju-log", "-l", "DEBUG", "--", "-x", "y"] },
      // Actions, in a hook.
      { run: ["action-get", JSON_], code: 1, err: "ERROR not running an action\n" },
      { run: ["action-set", "a=b"], code: 1, err: "ERROR not running an action\n" },
      {
        run: ["action-set", "A=b"],
        code: 2,
        err:
          'ERROR key "A" must start and end with lowercase alphanumeric, and contain only lowercase alphanumeric and hyphens\n',
      },
      { run: ["action-fail"], code: 1, err: "ERROR not running an action\n" },
      { run: ["action-log", "x"], code: 1, err: "ERROR not running an action\n" },
      // state-*.
      { run: ["state-get", JSON_], out: "null\n" },
      { run: ["state-get", "k", JSON_], out: '""\n' },
      { run: ["state-get", "k", "--strict"], code: 1, err: 'ERROR "k" not found\n' },
      { run: ["state-set", "k=", "l=1"] },
      { run: ["state-get", JSON_], out: '{"k":"","l":"1"}\n' },
      { run: ["state-delete", "l"] },
      { run: ["state-delete", "l"] },
      { run: ["state-get", JSON_, "-"], out: '{"k":""}\n' },
      {
        run: ["state-set", `${"k".repeat(257)}=v`],
        ...refused(
          "max allowed key length (256) exceeded",
          "max allowed key length (256): quota limit exceeded",
        ),
      },
      {
        run: ["state-set", `k=${"v".repeat(65537)}`],
        ...refused(
          "max allowed value length (65536) exceeded",
          "max allowed value length (65536): quota limit exceeded",
        ),
      },
      // Secrets.
      { run: ["secret-get"], code: 2, err: "ERROR require either a secret URI or label\n" },
      { run: ["secret-get", "x"], code: 2, err: 'ERROR secret URI "x" not valid\n' },
      {
        run: ["secret-get", `secret:${ID}`],
        ...refused(`secret "${ID}" not found`, "getting latest secret revision: secret not found"),
      },
      {
        run: ["secret-get", "--label", "l"],
        ...refused('consumer label "l" not found', 'secret URI for consumer label "l" not found'),
      },
      { run: ["secret-add"], code: 2, err: "ERROR missing secret value or filename\n" },
      { run: ["secret-add", "ab=v"], code: 2, err: 'ERROR key "ab" not valid\n' },
      { run: ["secret-ids", JSON_], out: "null\n" },
      {
        run: ["secret-add", "password=p", "raw#base64=AGE=", "--label=mine"],
        out: `${URI}c0000000000000000001\n`,
      },
      {
        run: ["secret-get", `${URI}c0000000000000000001`, JSON_],
        out: '{"password":"p","raw":"\\u0000a"}\n',
      },
      { run: ["secret-get", "c0000000000000000001", "password", JSON_], out: '"p"\n' },
      { run: ["secret-get", "c0000000000000000001", "password#base64", JSON_], out: '"cA=="\n' },
      {
        run: ["secret-get", "c0000000000000000001", "nope", JSON_],
        code: 1,
        err: 'ERROR secret key value "nope" not found\n',
      },
      {
        run: ["secret-get", "--label=mine", "--peek", "--refresh"],
        code: 2,
        err: "ERROR specify one of --peek or --refresh but not both\n",
      },
      { run: ["secret-grant", ID, "-r", "1"], code: 1, err: `ERROR secret "${ID}" not found\n` },
      {
        run: ["secret-grant", "c0000000000000000001", "-r", "9"],
        code: 2,
        err: 'ERROR invalid value "9" for option -r: relation not found\n',
      },
      { run: ["secret-grant", "c0000000000000000001", "-r", "1"] },
      { run: ["secret-info-get", ID], code: 1, err: `ERROR secret "${ID}" not found\n` },
      { run: ["secret-info-get"], code: 2, err: "ERROR require either a secret URI or label\n" },
      // The rest.
      { run: ["unit-get", "private-address"], out: "10.100.0.2\n" },
      { run: ["unit-get", "public-address", JSON_], out: '"10.100.0.2"\n' },
      { run: ["unit-get", "x"], code: 2, err: 'ERROR unknown setting "x"\n' },
      { run: ["network-get", "api", "--bind-address"], out: "10.100.0.2\n" },
      { run: ["network-get", "api", "--egress-subnets", JSON_], out: '["10.100.0.2/32"]\n' },
      {
        run: ["network-get", "api", JSON_],
        out:
          `{"bind-addresses":[{"mac-address":"00:16:3e:00:00:01","interface-name":"eth0","addresses":[{"hostname":"${
            by("", "10.100.0.2")
          }","value":"10.100.0.2","cidr":"10.100.0.0/24"}]}],"egress-subnets":["10.100.0.2/32"],"ingress-addresses":["10.100.0.2"]}\n`,
      },
      {
        run: ["network-get", "nope"],
        code: 1,
        err: 'ERROR no network config found for binding "nope"\n',
      },
      { run: ["application-version-set"], code: 2, err: "ERROR no version specified\n" },
      { run: ["application-version-set", "--", "1.0"] },
      { run: ["open-port", "443"] },
      { run: ["opened-ports", JSON_], out: by("[]\n", '["443/tcp"]\n') },
    ],
    follower: [
      { run: ["is-leader", JSON_], out: "false\n" },
      {
        run: ["relation-set", "--app", "a=b"],
        code: 1,
        err: "ERROR cannot write relation settings\n",
      },
      {
        run: ["relation-get", "--app", "-", "sample", JSON_],
        ...by<Partial<Row>>({ code: 1, err: "ERROR permission denied\n" }, { out: "{}\n" }),
      },
      { run: ["relation-get", "--app", "-", "sample", "-r", "0", JSON_], out: "{}\n" },
      {
        run: ["status-set", "--application", "active"],
        code: 1,
        err: "ERROR this unit is not the leader\n",
      },
      {
        run: ["status-get", "--application"],
        code: 1,
        err: "ERROR finding application status: this unit is not the leader\n",
      },
      { run: ["secret-add", "key=value"], code: 1, err: "ERROR this unit is not the leader\n" },
      { run: ["secret-add", "--owner=unit", "key=value"], out: `${URI}c0000000000000000001\n` },
      {
        run: ["secret-add", "--owner=me", "key=value"],
        code: 2,
        err: 'ERROR secret owner "me" not valid\n',
      },
    ],
    departed: [
      { run: ["relation-list", JSON_], out: '["web/1"]\n' },
      { run: ["relation-get", "host"], out: "a<b\n" },
      { run: ["relation-ids", JSON_], out: '["api:1"]\n' },
    ],
    broken: [
      { run: ["relation-ids", "api", JSON_], out: by("[]\n", '["api:1"]\n') },
      { run: ["relation-list", JSON_], out: "[]\n" },
      { run: ["relation-list", "-r", "1", JSON_], out: "[]\n" },
      { run: ["relation-get", JSON_], out: '{"flavor":"mild"}\n' },
      { run: ["relation-get", "-", "sample/0", JSON_], out: OWN },
      {
        run: ["relation-get", "-", "web/0", "host"],
        code: 2,
        err: 'ERROR unrecognized args: ["host"]\n',
      },
      { run: ["relation-get", "host", "web/0"], out: "a<b\n" },
      { run: ["relation-set", "late=yes"] },
    ],
    config: [
      { run: ["relation-ids"], code: 2, err: "ERROR no endpoint name specified\n" },
      { run: ["relation-list"], code: 2, err: "ERROR no relation id specified\n" },
      { run: ["relation-get"], code: 2, err: "ERROR no relation id specified\n" },
      { run: ["relation-set", "a=b"], code: 2, err: "ERROR no relation id specified\n" },
      { run: ["relation-model-get"], code: 2, err: "ERROR no relation id specified\n" },
      { run: ["secret-grant", ID], code: 2, err: "ERROR no relation id specified\n" },
      {
        run: ["relation-get", "-r", "api:1"],
        code: 2,
        err: "ERROR no unit or application specified\n",
      },
      {
        run: ["relation-get", "-r", "api:1", "--app"],
        code: 2,
        err: "ERROR no unit or application specified\n",
      },
      { run: ["relation-get", "-r", "api:1", "host", "web/0", JSON_], out: '"a\\u003cb"\n' },
      { run: ["config-get", "port", JSON_], out: "1\n" },
    ],
    trusted: [
      {
        run: ["credential-get", JSON_],
        out:
          '{"type":"lxd","name":"localhost","region":"localhost","endpoint":"https://10.0.0.1:8443","credential":{"auth-type":"certificate","attrs":{"client-cert":"C\\n","server-cert":"S\\n"}},"is-controller-cloud":true}\n',
      },
      { run: ["credential-get", "x"], code: 2, err: 'ERROR unrecognized args: ["x"]\n' },
      { run: ["config-get", "label", JSON_], out: '"x"\n' },
    ],
    action: [
      { run: ["action-get", JSON_], out: '{"loud":true,"who":"world"}\n' },
      { run: ["action-get", "who"], out: "world\n" },
      { run: ["action-get", "who.x", JSON_], out: "null\n" },
      { run: ["action-get", "nope", JSON_], out: "null\n" },
      { run: ["action-set", "a.b=1", "a.c=2"] },
      {
        run: ["action-set", "x"],
        code: 2,
        err: 'ERROR argument "x" must be of the form key...=value\n',
      },
      {
        run: ["action-set", "stdout=x"],
        code: 2,
        err: 'ERROR cannot set reserved action key "stdout"\n',
      },
      { run: ["action-log", "hello"] },
      { run: ["relation-list"], code: 2, err: "ERROR no relation id specified\n" },
      { run: ["action-fail"] },
    ],
    stranger: [
      {
        run: ["secret-get", `secret:c0000000000000000001`],
        ...refused("permission denied", '"sample/0" is not allowed to read this secret'),
      },
    ],
    // Before 4.0 no hook runs.
    ...by<Readonly<Record<string, readonly Row[]>>>({}, {
      forced: GHOST,
      forcedBroken: GHOST_BROKEN,
    }),
  };
}

const ROWS = (["3.6.28", "4.0.15"] as const).flatMap((version) =>
  Object.entries(rowsOf(version)).map(([name, rows]) => ({ version, name, rows }))
);

for (const { version, name, rows } of ROWS) {
  Deno.test(`runTool() answers as Juju ${version} in scene ${name}`, async (t) => {
    const found: Scene | undefined = SCENES[name as keyof typeof SCENES];
    assert.ok(found);
    const scene = { ...found, model: { ...found.model, jujuVersion: version } };
    const results: ToolResult[] = [];
    await play(scene, async (call) => {
      for (const { run, stdin } of rows) results.push(await one(call, run, stdin));
    });
    for (const [index, { code = 0, err = "", out = "", run }] of rows.entries()) {
      await t.step(run.join(" ").slice(0, 60), () => {
        assert.deepEqual(results[index], { code, stdout: out, stderr: err });
      });
    }
  });
}

async function one(
  call: CallTool,
  [tool = "", ...args]: readonly string[],
  stdin?: string,
): Promise<ToolResult> {
  return await call(tool, args, stdin);
}

Deno.test("relation-ids sorts as text", async () => {
  let found = "";
  await play({
    ...SCENES.config,
    trigger: (model) => {
      for (let id = 2; id <= 10; id++) {
        model.addApplication(`extra${String.fromCharCode(95 + id)}`, {
          endpoints: { x: { role: "requires", interface: "http" } },
        });
        model.relate("sample:api", `extra${String.fromCharCode(95 + id)}`);
      }
      model.configure("sample", { port: 2 });
    },
  }, async (call) => {
    found = (await call("relation-ids", ["api", JSON_])).stdout;
  });
  assert.match(found, /^\["api:1","api:10","api:2",/);
});

Deno.test("relation-get refuses what the documents refuse in 4.0, if told to", async () => {
  const results: ToolResult[] = [];
  await play({
    ...SCENES.follower,
    model: { jujuVersion: "4.0.15", reads: "documented" },
  }, async (call) => {
    results.push(await call("relation-get", ["-", "sample", "--app", JSON_]));
    results.push(await call("relation-get", ["-", "sample/0", JSON_]));
    results.push(await call("relation-get", ["-", "web/9"]));
  });
  assert.deepEqual(results, [
    { code: 1, stdout: "", stderr: "ERROR permission denied\n" },
    { code: 1, stdout: "", stderr: "ERROR permission denied\n" },
    { code: 1, stdout: "", stderr: "ERROR relation unit not found\n" },
  ]);
});

Deno.test("credential-get is cached for the rest of a hook", async () => {
  const codes: number[] = [];
  await play(SCENES.trusted, async (call, model) => {
    codes.push((await call("credential-get", [])).code);
    model.untrust("sample");
    codes.push((await call("credential-get", [])).code);
  });
  assert.deepEqual(codes, [0, 0]);
});

Deno.test("is-leader stays false for the rest of a hook", async () => {
  const answers: string[] = [];
  await play(SCENES.changed, async (call, model) => {
    for (const leader of ["sample/0", "sample/1", "sample/0"]) {
      model.setLeader(leader);
      answers.push((await call("is-leader", [])).stdout);
    }
  });
  assert.deepEqual(answers, ["True\n", "False\n", "False\n"]);
});

Deno.test("juju-log names the relation and keeps unknown levels at INFO", async () => {
  await play(SCENES.changed, async (call, model) => {
    await call("juju-log", ["-l", "loud", "a", "b"]);
    await call("juju-log", ["--log-level=ERROR", "--", "-c"]);
    const unit = "sample/0";
    assert.deepEqual(model.log.slice(-3), [
      {
        unit,
        level: "WARNING",
        message: 'Specified log level of "loud" is not valid',
      },
      { unit, level: "INFO", message: "api:1: a b" },
      { unit, level: "ERROR", message: "api:1: -c" },
    ]);
  });
});

Deno.test("goal-state lists units and relations", async () => {
  await play(SCENES.changed, async (call) => {
    const { stdout } = await call("goal-state", [JSON_]);
    const since = /"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ"/g;
    assert.equal(
      stdout.replaceAll(since, "0"),
      '{"units":{"sample/0":{"status":"unknown","since":0},"sample/1":{"status":"unknown","since":0}},' +
        '"relations":{"api":{"web":{"status":"joined","since":0},"web/0":{"status":"waiting","since":0},"web/1":{"status":"waiting","since":0}}}}\n',
    );
  });
});
