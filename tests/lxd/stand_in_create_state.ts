/**
 * The state that a stand-in starts with.
 *
 * @module
 */
import type { ServerIdentity } from "./daemon.ts";
import { type DialectName, DIALECTS } from "./stand_in_dialect.ts";
import { createIdentity, enterMember } from "./stand_in_member.ts";
import type { ListedMember, State } from "./stand_in_state.ts";

/** Options of the state. */
export interface StateOptions {
  /** The version that the stand-in behaves like. */
  readonly dialect: DialectName;
  /** Addresses of the members. With more than one it is a cluster. */
  readonly addresses: readonly string[];
  /** The certificate that every member presents. */
  readonly identity: ServerIdentity;
}

/** Makes the state of a server that has just been installed, or of a cluster just formed. */
export async function createState(
  { dialect, addresses, identity }: StateOptions,
): Promise<State> {
  const members = addresses.map((address, index): ListedMember => ({
    name: `member${index + 1}`,
    address,
    status: "Online",
  }));
  const state: State = {
    dialect: DIALECTS[dialect],
    entries: new Map(),
    identities: new Map(),
    groups: new Map(),
    config: new Map(),
    tokens: new Map(),
    projects: new Set(["default"]),
    pools: new Set(),
    instances: new Set(),
    members,
    clusterName: members.length > 1 ? "member1" : undefined,
    identity,
  };
  if (members.length === 1) return state;
  for (const { name } of members) {
    enterMember(state, name, (await createIdentity()).certificate);
  }
  return state;
}
