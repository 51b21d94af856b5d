/**
 * An application without a charm that speaks `lxd-https` with the charm under test.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { TestCertificate } from "../certificates.ts";
import type { Changes, Model, RelationHandle } from "../juju/mod.ts";
import { authOf } from "../lxd/client.ts";
import { UNIT } from "./charm.ts";
import { withoutNetworkKeys } from "./databag.ts";
import { addRequirer, renderOffer } from "./requirer.ts";

/** The published data, by the keys of the interface. */
export type HttpsTold = Readonly<Record<string, string>>;

/** The application. */
export interface HttpsRequirer {
  /** Its relation with the charm. */
  readonly relation: RelationHandle;
  /** Writes the certificate of a unit, by its number, or of the application. */
  readonly offer: (of: number | "application", certificate: string, more?: Changes) => void;
  /** Reads the data that a unit of the charm publishes. @default {the first unit} */
  readonly told: (unit?: string) => HttpsTold;
  /** Connects to each published address with a certificate, and returns LXD's answers. */
  readonly answers: (certificate: TestCertificate) => Promise<Readonly<Record<string, string>>>;
}

/** Adds the application, and relates it to the charm's endpoint `https`. */
export function relateHttps(model: Model, name = "https-client", units = 1): HttpsRequirer {
  const relation = addRequirer(model, name, { units, interface: "lxd-https" });
  const told = (unit = UNIT): HttpsTold => withoutNetworkKeys(relation.read(unit));
  return {
    relation,
    offer: (of, certificate, more = {}) => {
      const changes = { ...renderOffer("lxd-https", [certificate]), ...more };
      if (of === "application") relation.writeApp(name, changes);
      else relation.write(`${name}/${of}`, changes);
    },
    told,
    answers: async ({ certificate, key }) => {
      const { addresses = "", certificate: server = "" } = told();
      assert.notEqual(addresses, "");
      const answers = addresses.split(",").map(async (address) =>
        [address, await authOf(`https://${address}`, { certificate, key }, server)] as const
      );
      return Object.fromEntries(await Promise.all(answers));
    },
  };
}
