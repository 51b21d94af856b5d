/**
 * Calls in other hooks than relation-changed of the leader.
 *
 * @module
 */

import { ID, JSON_, type Row, type Words } from "./row.ts";

/** Calls in a hook of a unit that does not lead. */
export function followerRows({ by, URI }: Words): readonly Row[] {
  return [
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
  ];
}

/** Calls in -departed. */
export const DEPARTED_ROWS: readonly Row[] = [
  { run: ["relation-list", JSON_], out: '["web/1"]\n' },
  { run: ["relation-get", "host"], out: "a<b\n" },
  { run: ["relation-ids", JSON_], out: '["api:1"]\n' },
];

/** Calls in -broken. */
export function brokenRows({ by, OWN }: Words): readonly Row[] {
  return [
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
  ];
}

/** Calls in config-changed. */
export const CONFIG_CHANGED_ROWS: readonly Row[] = [
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
];

/** Calls of a trusted application. */
export const TRUSTED_ROWS: readonly Row[] = [
  {
    run: ["credential-get", JSON_],
    out:
      '{"type":"lxd","name":"localhost","region":"localhost","endpoint":"https://10.0.0.1:8443","credential":{"auth-type":"certificate","attrs":{"client-cert":"C\\n","server-cert":"S\\n"}},"is-controller-cloud":true}\n',
  },
  { run: ["credential-get", "x"], code: 2, err: 'ERROR unrecognized args: ["x"]\n' },
  { run: ["config-get", "label", JSON_], out: '"x"\n' },
];

/** Calls in an action. */
export const RUNNING_ACTION_ROWS: readonly Row[] = [
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
];

/** Calls that read a secret without a grant. */
export function ungrantedRows({ refused }: Words): readonly Row[] {
  return [
    {
      run: ["secret-get", `secret:c0000000000000000001`],
      ...refused("permission denied", '"sample/0" is not allowed to read this secret'),
    },
  ];
}
