/**
 * Lists the cases of the fault matrix: each request of each scenario, with each fault.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import type { LoggedRequest } from "../lxd/stand_in_faults.ts";
import type { StandIn } from "../lxd/stand_in.ts";
import type { Scenario } from "./scenarios.ts";
import type { RecordedHook } from "./hook_fault.ts";

/** The purpose of a request to LXD. */
export type Purpose =
  | "enter"
  | "members"
  | "address"
  | "projects"
  | "list"
  | "look"
  | "add"
  | "rename"
  | "restrict"
  | "revoke";

/** A fault of a request: its kind, or the HTTP status of LXD's reply. */
export type RequestFault =
  | "refused"
  | "reset"
  | "malformed"
  | "truncated"
  | "delayed"
  | 403
  | 404
  | 409
  | 412
  | 500
  | 503;

/** One case of the matrix. */
export interface FaultCase {
  /** The scenario. */
  readonly scenario: Scenario;
  /** Index of the hook since the scenario's event, from 0. */
  readonly run: number;
  /** The request of an undisturbed run. */
  readonly request: LoggedRequest;
  /** Purpose of the request. A look at an entry has the purpose of the change that follows it. */
  readonly purpose: Purpose;
  /** Number of the request among the hook's requests of this method and path, from 1. */
  readonly nth: number;
  /** The fault. */
  readonly fault: RequestFault;
  /** Whether a repeated request fails again. */
  readonly isLasting: boolean;
}

/** All faults of a request. */
export const REQUEST_FAULTS: readonly RequestFault[] = [
  "refused",
  "reset",
  500,
  503,
  403,
  404,
  409,
  412,
  "malformed",
  "truncated",
  "delayed",
];

// Longer than the time limit of a request, ten seconds.
const DELAY_MS = 10_500;

/** After so many turns of the event loop without another request, a hook waits for the held one. */
const QUIET_TURNS = 100;

/**
 * Lists the cases of a scenario.
 *
 * @param hooks The hooks of an undisturbed run.
 */
export function casesOf(scenario: Scenario, hooks: readonly RecordedHook[]): readonly FaultCase[] {
  return hooks.flatMap(({ requests }, run) =>
    requests.flatMap((request, index) => {
      const nth = requests.slice(0, index + 1).filter((other) => isSame(other, request)).length;
      const change = requests.slice(index).find(({ method, path }) =>
        method !== "GET" && path === request.path
      );
      const purpose = purposeOf(purposeOf(request) === "look" && change ? change : request);
      return REQUEST_FAULTS.flatMap((fault) =>
        // A member that refuses a connection refuses the next one, too.
        (fault === "refused" ? [true] : [false, true]).map((isLasting): FaultCase => {
          return { scenario, run, request, purpose, nth, fault, isLasting };
        })
      );
    })
  );
}

/** Returns the purpose of a request. */
export function purposeOf({ method, path, body }: LoggedRequest): Purpose {
  switch (method) {
    case "POST":
      return "add";
    case "DELETE":
      return "revoke";
    case "PATCH":
      return Object.hasOwn(body as object, "name") ? "rename" : "restrict";
    default:
      if (path === "/1.0") return "enter";
      if (path.startsWith("/1.0?target=")) return "address";
      if (path === "/1.0/projects") return "projects";
      if (path.includes("/cluster/members")) return "members";
      return /^\/1\.0\/certificates\/[0-9a-f]{64}$/.test(path) ? "look" : "list";
  }
}

/**
 * Injects the fault of a case into the next requests.
 *
 * @param expire Ends the time limits of the hook. @default {the reply takes longer than the limits}
 */
export function injectRequestFault(
  { request, nth, fault, isLasting }: FaultCase,
  standIn: StandIn,
  expire?: () => void,
): void {
  const { member, method, path } = request;
  const match = {
    member,
    method,
    path: new RegExp(`^${RegExp.escape(path)}$`),
    nth,
    times: isLasting ? Infinity : 1,
  };
  switch (fault) {
    case "refused":
      return standIn.fault(match, { kind: "crash" });
    case "delayed":
      return standIn.fault(
        match,
        expire
          ? { kind: "hook", before: holdFor(standIn, expire) }
          : { kind: "delay", ms: DELAY_MS },
      );
    case "reset":
    case "malformed":
    case "truncated":
      return standIn.fault(match, { kind: fault });
    default:
      return standIn.fault(match, { kind: "status", status: fault });
  }
}

/**
 * Holds a request until the hook waits for nothing else, and then ends the hook's time limits. The
 * hook and the stand-in share this process, so a busy machine slows both equally.
 */
function holdFor({ requests }: StandIn, expire: () => void): () => Promise<void> {
  return async () => {
    let seen = requests.length;
    for (let turn = 0; turn < QUIET_TURNS; turn++) {
      await delay(1);
      if (requests.length === seen) continue;
      seen = requests.length;
      turn = 0;
    }
    expire();
  };
}

/** Counts the requests that equal the request of a case. */
export function timesSent({ request }: FaultCase, { requests }: StandIn): number {
  return requests.filter((other) => isSame(other, request)).length;
}

/** Returns the name of a case, for the message of a failed test. */
export function nameOf({ scenario, run, request, nth, fault, isLasting }: FaultCase): string {
  const path = request.path.replace(/[0-9a-f]{58}$/, "...");
  const sent = `${purposeOf(request)} (${request.method} ${path} ${nth})`;
  return `${scenario.name}, hook ${run + 1}: ${sent} ${fault}${isLasting ? ", lasting" : ""}`;
}

function isSame(one: LoggedRequest, other: LoggedRequest): boolean {
  return one.member === other.member && one.method === other.method && one.path === other.path;
}
