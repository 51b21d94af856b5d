/**
 * Calls about statuses, leadership, logs, actions and state.
 *
 * @module
 */

import { JSON_, type Row, type Words } from "./row.ts";

/** Calls of status-set, status-get, is-leader and juju-log. */
export const STATUS_ROWS: readonly Row[] = [
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
  { run: ["is-leader", JSON_], out: "true\n" },
  { run: ["is-leader"], out: "True\n" },
  { run: ["juju-log"], code: 2, err: "ERROR no message specified\n" },
  { run: ["juju-log", "-x"], code: 2, err: "ERROR option provided but not defined: -x\n" },
  { run: ["juju-log", "-l", "DEBUG", "--", "-x", "y"] },
];

/** Calls of action tools in a hook. */
export const ACTION_ROWS: readonly Row[] = [
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
];

/** Calls of state-get, state-set and state-delete. */
export function stateRows({ refused }: Words): readonly Row[] {
  return [
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
  ];
}
