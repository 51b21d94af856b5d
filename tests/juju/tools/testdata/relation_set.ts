/**
 * Calls that write relations.
 *
 * @module
 */

import { JSON_, type Row } from "./row.ts";

/** Calls of relation-set and relation-model-get. */
export const RELATION_SET_ROWS: readonly Row[] = [
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
];
