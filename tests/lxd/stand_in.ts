/**
 * A stand-in for LXD: the few calls that a client of the trust store needs, over mTLS. It shows
 * what a real LXD 5.0.2 cannot: other versions, and faults on demand. The contract tests compare it
 * with a real LXD.
 *
 * @module
 */
import { administration } from "./administration.ts";
import type { ServerIdentity } from "./daemon.ts";
import { claimLoopback } from "./loopback.ts";
import { createState } from "./stand_in_create_state.ts";
import { type DialectName, DIALECTS } from "./stand_in_dialect.ts";
import {
  createFaults,
  type Fault,
  type FaultMatch,
  type LoggedRequest,
} from "./stand_in_faults.ts";
import { createIdentity } from "./stand_in_member.ts";
import { createAdmin, createMembers, type Shared } from "./stand_in_serve.ts";
import type { LxdWorld, MemberStatus } from "./world.ts";

/** Options of a stand-in. */
export interface StandInOptions {
  /** The version it behaves like. @default {"5.0.2"} */
  readonly dialect?: DialectName;
  /** Number of members; with more than one it is a cluster. @default {1} */
  readonly members?: number;
  /** The certificate it presents. @default {one like LXD's own} */
  readonly identity?: ServerIdentity;
}

/** A stand-in for an LXD. Its `admin` requests meet no fault, and are not in the log. */
export interface StandIn extends LxdWorld {
  /** The requests of clients since the start or the last `clear()`, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** Makes matching requests fail, until `clear()`. */
  fault(match: FaultMatch, fault: Fault): void;
  /** Forgets faults and requests; trust store and members stay as they are. */
  clear(): void;
  /** Makes the cluster report a status for a member. Nothing else changes. */
  setMemberStatus(name: string, status: MemberStatus): void;
  /** Changes the version at once. The stored state stays, with duplicates of a name. */
  upgrade(dialect: DialectName): void;
}

/** Starts a stand-in. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { dialect = "5.0.2", members: count = 1 } = options;
  const identity = options.identity ?? await createIdentity();
  await using begun = new AsyncDisposableStack();
  const loopback = begun.use(claimLoopback(count));
  const addresses = Array.from({ length: count }, (_, index) => loopback.address(index + 1));
  const state = await createState({ dialect, addresses, identity });
  const aborter = new AbortController();
  begun.defer(() => aborter.abort());
  const log: Shared["log"] = { requests: [] };
  const faults = createFaults();
  const shared = { state, faults, log, signal: aborter.signal };
  const { members, present } = createMembers(shared, begun);
  await Promise.all(members.map((member) => member.start()));
  const admin = createAdmin(state, present);
  const ended = begun.move();
  return {
    members,
    get serverCertificate() {
      return state.identity.certificate;
    },
    admin,
    ...administration(admin),
    get requests() {
      return log.requests;
    },
    fault: faults.add,
    clear() {
      faults.clear();
      log.requests = [];
    },
    setMemberStatus(name, status) {
      const member = state.members.find((one) => one.name === name);
      if (member === undefined) throw new RangeError(`Cannot find a member named "${name}"`);
      member.status = status;
    },
    upgrade(name) {
      state.dialect = DIALECTS[name];
    },
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  };
}
