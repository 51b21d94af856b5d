/**
 * Calls about secrets.
 *
 * @module
 */

import { ID, JSON_, type Row, type Words } from "./row.ts";

/** Calls of secret tools. */
export function secretRows({ refused, URI }: Words): readonly Row[] {
  return [
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
  ];
}
