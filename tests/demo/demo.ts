/**
 * The state of the demonstration, and functions that show it.
 *
 * @module
 */
import { authOf } from "../lxd/client.ts";
import type { TrustEntry } from "../lxd/world.ts";
import type { DemoLxd } from "./backend.ts";
import { APPLICATION } from "../harness/charm.ts";
import { identitiesOf, type MyIdentity } from "../harness/my_charm.ts";
import type { Deployment } from "../harness/deployment.ts";
import type { Requirer, Told } from "../harness/requirer.ts";
import type { Screen } from "./screen.ts";
import { renderHooks, renderMessage, renderStatus, renderTrust } from "./show.ts";

/** Number of members in the cluster. */
export const MEMBERS = 3;

/** The demonstration. */
export interface Demo {
  /** The screen of the demonstration. */
  readonly screen: Screen;
  /** The charm in its model, beside its LXD. */
  readonly deployment: Deployment;
  /** The LXD. */
  readonly lxd: DemoLxd;
}

/** A requirer with a trusted certificate. */
export interface Served {
  /** The requirer. */
  readonly requirer: Requirer;
  /** Its certificate and key. */
  readonly identity: MyIdentity;
  /** The data that the charm published to it. */
  readonly told: Told;
}

/** Settles, and shows the hooks that ran. */
export async function settle(demo: Demo): Promise<void> {
  await showHooks(demo, demo.deployment.settle);
}

/** Shows the hooks that run during some work. */
export async function showHooks<T>(
  { screen, deployment: { model } }: Demo,
  work: () => Promise<T>,
): Promise<T> {
  const before = model.runs.length;
  const hooks = () => renderHooks(model.runs.slice(before));
  const result = await screen.wait({
    what: "Juju runs",
    work,
    now: () => model.pending()[0]?.hook ?? "",
    done: () => countHooks(hooks()),
  });
  screen.lines(hooks());
  return result;
}

/** Says how many hooks ran. */
export function countHooks({ length }: readonly string[]): string {
  return `Juju runs ${length} ${length === 1 ? "hook" : "hooks"}`;
}

/** A status to check. */
export interface ExpectedStatus {
  /** Text of the check. */
  readonly what: string;
  /** The status of the application's first unit, as `status: message`. */
  readonly expected: string;
  /** The application. @default {APPLICATION} */
  readonly application?: string;
}

/** Shows all statuses, and checks the status of an application's first unit. */
export function showStatus(
  { screen, deployment }: Demo,
  { what, expected, application = APPLICATION }: ExpectedStatus,
): void {
  screen.command("juju status");
  const { model } = deployment;
  screen.table(renderStatus(model, model.applications()));
  screen.check(what, deployment.status(`${application}/0`), expected);
}

/** Returns a requirer's certificate and published data. */
export function servedOf({ deployment }: Demo, requirer: Requirer): Served {
  const identity = identitiesOf(deployment, `${requirer.name}/0`).at(-1);
  if (!identity) throw new Error(`Cannot go on: ${requirer.name} has no certificate`);
  return { requirer, identity, told: requirer.told() };
}

/** Shows a requirer's work in LXD, and checks that it worked on each member. */
export function showWork(
  { screen, deployment }: Demo,
  { identity, requirer: { name }, told }: Served,
): void {
  const instance = `${name}-0-${identity.fingerprint.slice(0, 12)}`;
  const messages = deployment.model.log.filter(({ message }) => message.includes(instance));
  const lines = messages.map(renderMessage);
  screen.command(`juju debug-log --include ${name}/0`);
  screen.lines(lines);
  screen.check(
    `${name} created and deleted an empty instance on each member`,
    lines.map((line) => line.replace(/.* on /, "")),
    told.nodes,
  );
}

/** Shows the trust store. */
export async function showTrust({ screen, deployment }: Demo): Promise<readonly TrustEntry[]> {
  const store = await deployment.lxd.trustStore();
  screen.command("lxc config trust list");
  screen.table(renderTrust(store));
  return store;
}

/** Asks each published node whether it trusts a certificate, as a requirer does. */
export async function answersTo(
  { endpoints, nodes, server = "" }: Told,
  { certificate, key }: Pick<MyIdentity, "certificate" | "key">,
): Promise<Readonly<Record<string, string>>> {
  const answers = endpoints.map(async (endpoint, index) => {
    const answer = await authOf(endpoint, { certificate, key }, server);
    return [nodes[index] ?? "", answer] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

/** Connects to each member as a requirer, shows the answers, and checks them. */
export async function connect(
  { screen }: Demo,
  { identity, requirer: { name }, told }: Served,
  expected: "trusted" | "untrusted",
): Promise<void> {
  const members = told.nodes.join(" ");
  screen.command(`for m in ${members}; do LXD_CONF=${name} lxc query $m:/1.0 | jq -r .auth; done`);
  const answers = await answersTo(told, identity);
  screen.table([
    ["MEMBER", "URL", "AUTH"],
    ...told.nodes.map((node, index) => [node, told.endpoints[index] ?? "", answers[node] ?? ""]),
  ]);
  screen.check(`To each member, ${name} is ${expected}`, answers, each(told.nodes, expected));
}

/** Returns the same value for each name. */
export function each(
  names: readonly string[],
  value: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, value]));
}
