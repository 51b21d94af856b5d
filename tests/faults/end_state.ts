/**
 * The state of a deployment as it is seen from outside, so that two of them can be compared.
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
  /** Every databag, by its relation and its owner. */
  readonly databags: Databags;
  /** The status of each unit of the charm, and of the application. */
  readonly statuses: Readonly<Record<string, ShownStatus>>;
}

/** Databags, as a model gives them. */
export type Databags = Readonly<Record<string, Settings>>;

/** The databag key by which units nudge each other; its value is another one each time. */
const NUDGE = "changed";

/** Where the name that the charm gives is in use, one with all digits is as good. */
function withShortName(entry: TrustEntry): TrustEntry {
  const { name, fingerprint } = entry;
  return { ...entry, name: name.replace(fingerprint, fingerprint.slice(0, 12)) };
}

/**
 * Reads the end state. Members of LXD bear their names instead of their addresses.
 *
 * @param deployment The deployment.
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
    // Whether members of a cluster are among them, and how they are named, is LXD's own affair.
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
