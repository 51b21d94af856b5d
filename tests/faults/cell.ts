/**
 * The cells of the fault matrix: every request of the scenarios, with everything that may befall it.
 *
 * @module
 */
import type { LoggedRequest } from "../lxd/stand_in_faults.ts";
import type { StandIn } from "../lxd/stand_in.ts";
import type { Scenario } from "./scenarios.ts";
import type { PlayedRun } from "./strike.ts";

/** What is asked of LXD. */
export type Asked =
  | "enter"
  | "members"
  | "address"
  | "list"
  | "add"
  | "rename"
  | "restrict"
  | "revoke";

/** What befalls a request. */
export type Befalls =
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

/** One cell of the matrix. */
export interface Cell {
  /** What happens. */
  readonly scenario: Scenario;
  /** Which of the hooks since the scenario's beginning; the first is 0. */
  readonly run: number;
  /** The request, as it is undisturbed. */
  readonly request: LoggedRequest;
  /** Which of the hook's requests of this method and path; the first is 1. */
  readonly nth: number;
  /** What befalls it. */
  readonly befalls: Befalls;
  /** Whether it befalls the same request as well when that is sent again. */
  readonly isLasting: boolean;
}

/** Everything that may befall a request. */
export const BEFALLS: readonly Befalls[] = [
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

// Ten seconds, and enough for nobody to doubt which was first: the answer or the time limit.
const DELAY_MS = 10_500;

/**
 * Tells the cells of a scenario.
 *
 * @param scenario The scenario.
 * @param runs Its hooks, undisturbed.
 * @returns The cells.
 */
export function cellsOf(scenario: Scenario, runs: readonly PlayedRun[]): readonly Cell[] {
  return runs.flatMap(({ requests }, run) =>
    requests.flatMap((request, index) => {
      const nth = requests.slice(0, index + 1).filter((other) => isSame(other, request)).length;
      return BEFALLS.flatMap((befalls) =>
        // Who refuses connections goes on refusing them.
        (befalls === "refused" ? [true] : [false, true]).map((isLasting): Cell => {
          return { scenario, run, request, nth, befalls, isLasting };
        })
      );
    })
  );
}

/**
 * Says what a request asks.
 *
 * @param request The request.
 * @returns What it asks.
 */
export function askedOf({ method, path, body }: LoggedRequest): Asked {
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
      return path.includes("/cluster/members") ? "members" : "list";
  }
}

/**
 * Lets a fault befall the request of a cell.
 *
 * @param cell The cell.
 * @param standIn What is asked.
 */
export function befall({ request, nth, befalls, isLasting }: Cell, standIn: StandIn): void {
  const { member, method, path } = request;
  const match = {
    member,
    method,
    path: new RegExp(`^${RegExp.escape(path)}$`),
    nth,
    times: isLasting ? Infinity : 1,
  };
  switch (befalls) {
    case "refused":
      return standIn.fault(match, { kind: "crash" });
    case "delayed":
      return standIn.fault(match, { kind: "delay", ms: DELAY_MS });
    case "reset":
    case "malformed":
    case "truncated":
      return standIn.fault(match, { kind: befalls });
    default:
      return standIn.fault(match, { kind: "status", status: befalls });
  }
}

/**
 * Counts how often the request of a cell was sent.
 *
 * @param cell The cell.
 * @param standIn What was asked.
 * @returns How often.
 */
export function timesSent({ request }: Cell, { requests }: StandIn): number {
  return requests.filter((other) => isSame(other, request)).length;
}

/**
 * Names a cell.
 *
 * @param cell The cell.
 * @returns Its name, for whoever reads of a failed test.
 */
export function nameOf({ scenario, run, request, nth, befalls, isLasting }: Cell): string {
  const path = request.path.replace(/[0-9a-f]{58}$/, "...");
  const asked = `${askedOf(request)} (${request.method} ${path} ${nth})`;
  return `${scenario.name}, hook ${run + 1}: ${asked} ${befalls}${isLasting ? ", lasting" : ""}`;
}

function isSame(one: LoggedRequest, other: LoggedRequest): boolean {
  return one.member === other.member && one.method === other.method && one.path === other.path;
}
