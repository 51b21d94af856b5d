/**
 * Rows of the table of tool calls: a call, and its exact result.
 *
 * @module
 */

import type { JujuVersion } from "../../charm/juju_version.ts";

/** A call of a hook tool, and its exact result. */
export interface Row {
  /** The tool and its arguments. */
  readonly run: readonly string[];
  readonly stdin?: string;
  /** Exit code. @default {0} */
  readonly code?: number;
  /** Standard output. @default {""} */
  readonly out?: string;
  /** Standard error. @default {""} */
  readonly err?: string;
}

/** Texts that differ between the versions of Juju. */
export interface Words {
  /** Selects the first value for Juju 3.6, the second for Juju 4.0. */
  readonly by: <T>(juju3: T, juju4: T) => T;
  /** Makes the result of a failed call. */
  readonly refused: (juju3: string, juju4: string) => Pick<Row, "code" | "err">;
  /** Databag of web/0. */
  readonly WEB0: string;
  /** Databag of sample/0. */
  readonly OWN: string;
  /** Databag of sample/1. */
  readonly OTHER: string;
  /** Start of a secret's URI. */
  readonly URI: string;
}

/** The option for JSON output. */
export const JSON_ = "--format=json";
/** Id of a secret that does not exist. */
export const ID = "c0000000000000000000";

/** Returns the texts of a version of Juju. */
export function wordsOf(version: JujuVersion): Words {
  const by: Words["by"] = (juju3, juju4) => version === "3.6.28" ? juju3 : juju4;
  return {
    by,
    refused: (juju3, juju4) => ({ code: 1, err: `ERROR ${by(juju3, juju4)}\n` }),
    WEB0: bag(version, "10.100.2.2", '"host":"a\\u003cb"', '"tick":"1"'),
    OWN: bag(version, "10.100.0.2"),
    OTHER: bag(version, "10.100.1.2"),
    URI: by("secret:", "secret://00000000-0000-4000-8000-000000000001/"),
  };
}

/** Returns the JSON of a unit's databag: the keys that Juju writes, and more keys. */
function bag(version: JujuVersion, address: string, ...more: readonly string[]): string {
  const settings = [
    `"egress-subnets":"${address}/32"`,
    `"ingress-address":"${address}"`,
    ...version === "3.6.28" ? [`"private-address":"${address}"`] : [],
    ...more,
  ];
  return `{${settings.sort().join()}}\n`;
}
