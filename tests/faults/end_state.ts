/**
 * Reads the visible state of a deployment, so that tests can compare two deployments.
 *
 * @module
 */
import type { Settings, ShownStatus } from "../juju/mod.ts";
import type { TrustEntry } from "../lxd/world.ts";
import { APPLICATION } from "../harness/charm.ts";
import type { FixedDeployment } from "./fixed.ts";

/** The end state of a deployment. */
export interface EndState {
  /** LXD's trust store. */
  readonly trusted: readonly TrustEntry[];
  /** Every databag, by relation and owner. */
  readonly databags: Databags;
  /** The status of each unit of the charm, and of the application. */
  readonly statuses: Readonly<Record<string, ShownStatus>>;
}

/** Databags, by relation and owner. */
export type Databags = Readonly<Record<string, Settings>>;

/** The databag key by which the leader wakes other units. Its value differs each time. */
const NUDGE = "changed";

/** Shortens the digits in a name: the charm writes all digits if the short name is in use. */
function withShortName(entry: TrustEntry): TrustEntry {
  const { name, fingerprint } = entry;
  return { ...entry, name: name.replace(fingerprint, fingerprint.slice(0, 12)) };
}

/**
 * Reads the end state, with the names of members in place of their addresses.
 *
 * @param before The databags before the scenario's event.
 */
export async function endStateOf(
  { model, lxd }: FixedDeployment,
  before: Databags,
): Promise<EndState> {
  const units = model.units(APPLICATION).map((unit) => [unit, model.status(unit)] as const);
  const databags = Object.entries(model.databags()).map(([name, settings]) => {
    if (!(NUDGE in settings)) return [name, settings] as const;
    const nudged = settings[NUDGE] === before[name]?.[NUDGE] ? "no more" : "anew";
    return [name, { ...settings, [NUDGE]: nudged }] as const;
  });
  const state: EndState = {
    // LXD itself adds and names the entries of a cluster's members.
    trusted: (await lxd.trustStore()).filter(({ type }) => type !== "server").map(withShortName),
    databags: Object.fromEntries(databags),
    statuses: {
      ...Object.fromEntries(units),
      [APPLICATION]: model.applicationStatus(APPLICATION),
    },
  };
  const text = lxd.members.reduce(
    (text, { address, name }) => text.replaceAll(address, name),
    JSON.stringify(state),
  );
  return JSON.parse(text);
}
