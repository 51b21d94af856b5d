/**
 * Calls that read relations.
 *
 * @module
 */

import { JSON_, type Row, type Words } from "./row.ts";

/** Calls of relation-ids and relation-list. */
export const RELATION_LIST_ROWS: readonly Row[] = [
  { run: ["relation-ids", JSON_], out: '["api:1"]\n' },
  { run: ["relation-ids"], out: "api:1\n" },
  { run: ["relation-ids", "cluster", JSON_], out: '["cluster:0"]\n' },
  { run: ["relation-ids", "unknown", JSON_], out: "[]\n" },
  { run: ["relation-ids", "unknown"], out: "" },
  { run: ["relation-list", JSON_], out: '["web/0","web/1"]\n' },
  { run: ["relation-list"], out: "web/0\nweb/1\n" },
  { run: ["relation-list", "--app", JSON_], out: '"web"\n' },
  { run: ["relation-list", "-r", "0", JSON_], out: '["sample/1"]\n' },
  { run: ["relation-list", "-r", "0", "--app"], out: "sample\n" },
];

/** Calls of relation-get. */
export function relationGetRows({ by, OTHER, OWN, refused, WEB0 }: Words): readonly Row[] {
  return [
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
  ];
}
