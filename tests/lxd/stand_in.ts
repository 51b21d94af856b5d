/**
 * A stand-in for LXD: the few calls that a client of the trust store needs, over mTLS, for what
 * a real LXD 5.0.2 cannot show: other versions, and faults on demand. Where the two overlap, the
 * contract tests prove it.
 *
 * @module
 */
import { administration } from "./administration.ts";
import type { ServerIdentity } from "./daemon.ts";
import { claimLoopback, LXD_PORT } from "./loopback.ts";
import { parseReply } from "./reply.ts";
import { befall, logOf } from "./stand_in_befall.ts";
import { type DialectName, DIALECTS } from "./stand_in_dialect.ts";
import {
  createFaults,
  type Fault,
  type FaultMatch,
  type LoggedRequest,
  requestOf,
} from "./stand_in_faults.ts";
import { createListener } from "./stand_in_listener.ts";
import {
  createIdentity,
  createMember,
  enterMember,
  type StandInMember,
} from "./stand_in_member.ts";
import { answer } from "./stand_in_server.ts";
import { callerOf, fingerprintOfRaw, type ListedMember, type State } from "./stand_in_state.ts";
import type { LxdRequest, LxdWorld, MemberStatus } from "./world.ts";

/** What the stand-in shall be. */
export interface StandInOptions {
  /** The version it behaves like. @default {"5.0.2"} */
  readonly dialect?: DialectName;
  /** Number of members; with more than one it is a cluster. @default {1} */
  readonly members?: number;
  /** The certificate it presents. @default {one like LXD's own} */
  readonly identity?: ServerIdentity;
}

/** A stand-in for an LXD. Its `admin` requests go past faults and log. */
export interface StandIn extends LxdWorld {
  /** The requests of clients since the start or the last `clear()`, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** Lets matching requests go wrong, until `clear()`. */
  fault(match: FaultMatch, fault: Fault): void;
  /** Forgets faults and requests; trust store and members stay as they are. */
  clear(): void;
  /** Lets the cluster report a status, which changes nothing else. */
  setMemberStatus(name: string, status: MemberStatus): void;
  /** Becomes another version, at once; what it stores stays, as duplicates of a name do. */
  upgrade(dialect: DialectName): void;
}

/** Starts a stand-in. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { dialect = "5.0.2", members: count = 1 } = options;
  const identity = options.identity ?? await createIdentity();
  await using begun = new AsyncDisposableStack();
  const loopback = begun.use(claimLoopback(count));
  const listed = Array.from({ length: count }, (_, index): ListedMember => ({
    name: `member${index + 1}`,
    address: loopback.address(index + 1),
    status: "Online",
  }));
  const state: State = {
    dialect: DIALECTS[dialect],
    entries: new Map(),
    identities: new Map(),
    groups: new Map(),
    config: new Map(),
    projects: new Set(["default"]),
    pools: new Set(),
    instances: new Set(),
    members: listed,
    clusterName: count > 1 ? "member1" : undefined,
    identity,
  };
  if (count > 1) {
    for (const { name } of listed) {
      enterMember(state, name, (await createIdentity()).certificate);
    }
  }

  const faults = createFaults();
  const aborter = new AbortController();
  begun.defer(() => aborter.abort());
  let requests: LoggedRequest[] = [];
  const present = async () => {
    await Promise.all(members.map((member) => member.present()));
  };
  const members = listed.map((listedMember): StandInMember => {
    const around = { member: listedMember, present };
    const listener = begun.use(
      createListener(listedMember.address, LXD_PORT, async (request, response, presented) => {
        const logged = await logOf(listedMember.name, request, fingerprintOfRaw(presented));
        if (logged === undefined) return;
        requests.push(logged);
        const asked = requestOf(logged, request.headers);
        await befall({
          faults: faults.of(logged),
          logged,
          act: () => answer(state, callerOf(state, presented), asked, around),
          response,
          crash: member.crash,
          signal: aborter.signal,
        });
      }),
    );
    const member = createMember(state, listedMember, listener);
    return member;
  });
  await Promise.all(members.map((member) => member.start()));

  const admin: LxdRequest = async (method, path, body, headers = {}) => {
    const [first] = listed;
    if (first === undefined) throw new RangeError("Cannot ask a cluster without members");
    const asked = requestOf(
      { member: first.name, method, path, body, fingerprint: undefined },
      headers,
    );
    const { status, headers: answered, body: answerBody, cut: cuts } = await answer(
      state,
      { kind: "administrator" },
      asked,
      { member: first, present },
    );
    if (cuts) throw new Error("socket hang up");
    const text = typeof answerBody === "string" ? answerBody : JSON.stringify(answerBody);
    return parseReply(status, answered, text);
  };
  const ended = begun.move();
  return {
    members,
    get serverCertificate() {
      return state.identity.certificate;
    },
    admin,
    ...administration(admin),
    get requests() {
      return requests;
    },
    fault: faults.add,
    clear() {
      faults.clear();
      requests = [];
    },
    setMemberStatus(name, status) {
      const member = listed.find((one) => one.name === name);
      if (member === undefined) throw new RangeError(`Cannot find a member named "${name}"`);
      member.status = status;
    },
    upgrade(name) {
      state.dialect = DIALECTS[name];
    },
    [Symbol.asyncDispose]: () => ended.disposeAsync(),
  };
}
