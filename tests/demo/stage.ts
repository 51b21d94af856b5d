/**
 * What the steps of the demonstration share.
 *
 * @module
 */
import type { TestCertificate } from "../certificates.ts";
import { authOf } from "../lxd/client.ts";
import type { TrustEntry } from "../lxd/world.ts";
import { APPLICATION } from "../scenarios/charm.ts";
import type { Requirer, Told, World } from "../scenarios/world.ts";
import type { Screen } from "./screen.ts";
import { renderStatus, renderTrust } from "./show.ts";

/** Number of the cluster's members. */
export const MEMBERS = 3;

/** Where the steps happen. */
export interface Stage {
  /** Where they are shown. */
  readonly screen: Screen;
  /** The charm in its model, beside its LXD. */
  readonly world: World;
}

/** A requirer that was served. */
export interface Served {
  /** The requirer. */
  readonly requirer: Requirer;
  /** The certificate that it asked for, with its key. */
  readonly certificate: TestCertificate;
  /** What it was told. */
  readonly told: Told;
}

/** Runs hooks until none is left, and shows which. */
export async function settle(stage: Stage): Promise<void> {
  await showHooks(stage, stage.world.settle);
}

/** Shows which hooks run during some work. */
export async function showHooks<T>(
  { screen, world: { model } }: Stage,
  work: () => Promise<T>,
): Promise<T> {
  const before = model.runs.length;
  return await screen.wait({
    what: "Juju runs",
    work,
    now: () => model.pending()[0]?.hook ?? "",
    done: () => {
      const done = model.runs.slice(before).filter(({ outcome }) => outcome === "done");
      return `Juju runs ${done.map(({ hook }) => hook).join(", ") || "no hook"}`;
    },
  });
}

/** Shows the charm's status, and checks it. */
export function showStatus({ screen, world }: Stage, what: string, expected: string): void {
  screen.command("juju status");
  screen.table(renderStatus(world.model, APPLICATION));
  screen.check(what, world.status(), expected);
}

/** Shows the trust store. */
export async function showTrust({ screen, world }: Stage): Promise<readonly TrustEntry[]> {
  const store = await world.lxd.trustStore();
  screen.command("lxc config trust list");
  screen.table(renderTrust(store));
  return store;
}

/** Asks each node that a requirer was told of whether it trusts a certificate, as that one does. */
export async function answersTo(
  { endpoints, nodes, server = "" }: Told,
  { certificate, key }: TestCertificate,
): Promise<Readonly<Record<string, string>>> {
  const answers = endpoints.map(async (endpoint, index) => {
    const answer = await authOf(endpoint, certificate, key, server);
    return [nodes[index] ?? "", answer] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

/** Connects to each member as a requirer, shows the answers, and checks that all are the same. */
export async function connect(
  { screen }: Stage,
  { certificate, requirer: { name }, told }: Served,
  expected: "trusted" | "untrusted",
): Promise<void> {
  const members = told.nodes.join(" ");
  screen.command(`for m in ${members}; do LXD_CONF=${name} lxc query $m:/1.0 | jq -r .auth; done`);
  const answers = await answersTo(told, certificate);
  screen.table([
    ["MEMBER", "URL", "AUTH"],
    ...told.nodes.map((node, index) => [node, told.endpoints[index] ?? "", answers[node] ?? ""]),
  ]);
  screen.check(`To each member, ${name} is ${expected}`, answers, each(told.nodes, expected));
}

/** The same value for each name. */
export function each(
  names: readonly string[],
  value: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, value]));
}
