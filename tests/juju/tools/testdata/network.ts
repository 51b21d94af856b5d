/**
 * Calls about addresses, versions and ports.
 *
 * @module
 */

import { JSON_, type Row, type Words } from "./row.ts";

/** Calls of unit-get, network-get, application-version-set and port tools. */
export function networkRows({ by }: Words): readonly Row[] {
  return [
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
  ];
}
