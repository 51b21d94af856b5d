/**
 * Calls that test options, config-get and credential-get.
 *
 * @module
 */

import { JSON_, type Row } from "./row.ts";

/** Wrong options and arguments. */
export const OPTION_ROWS: readonly Row[] = [
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
];

/** Calls of config-get, and credential-get without trust. */
export const CONFIG_ROWS: readonly Row[] = [
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
];
