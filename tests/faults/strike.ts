/**
 * What may strike a hook of a play, and where.
 *
 * @module
 */
import type { HookRun, Model } from "../juju/mod.ts";
import type { StandIn } from "../lxd/stand_in.ts";
import type { LoggedRequest } from "../lxd/stand_in_faults.ts";

/** What strikes a hook. */
export type StrikeKind =
  /** Killed at a call of a hook tool, which does not act. */
  | "killed at tool call"
  /** Killed when a hook tool has acted, before its answer. */
  | "killed after tool call"
  /** Killed at a request to LXD, which does not act. */
  | "killed before request"
  /** Killed when LXD has acted, before its answer. */
  | "killed after request"
  /** The leadership is lost when the hook's writes are to take effect. */
  | "leadership lost at flush";

/** One strike. */
export interface Strike {
  /** Which of the hooks since the scenario's beginning; the first is 0. */
  readonly run: number;
  /** Name of the unit, and of the hook. */
  readonly hook: string;
  /** What strikes. */
  readonly kind: StrikeKind;
  /** Which of the hook's calls or requests; the first is 1. */
  readonly nth: number;
}

/** A hook of a play. */
export interface PlayedRun extends Pick<HookRun, "unit" | "hook" | "tools" | "statusAfter"> {
  /** Its requests to LXD, if that is a stand-in. */
  readonly requests: readonly LoggedRequest[];
}

/**
 * Tells all strikes that there can be.
 *
 * @param runs The hooks of a play.
 * @param kinds What may strike.
 * @returns The strikes.
 */
export function strikesOf(
  runs: readonly PlayedRun[],
  kinds: readonly StrikeKind[],
): readonly Strike[] {
  return runs.flatMap((played, run) =>
    kinds.flatMap((kind) =>
      Array.from({ length: numberOf(played, kind) }, (_, index): Strike => {
        return { run, hook: `${played.unit} ${played.hook}`, kind, nth: index + 1 };
      })
    )
  );
}

function numberOf({ tools, requests }: PlayedRun, kind: StrikeKind): number {
  switch (kind) {
    case "killed at tool call":
    case "killed after tool call":
      return tools.length;
    case "killed before request":
    case "killed after request":
      return requests.length;
    case "leadership lost at flush":
      // Only for the application's databags it is asked for.
      return Number(
        tools.some(({ tool, args }) => tool === "relation-set" && args.includes("--app")),
      );
  }
}

/**
 * Lets a strike hit the next hook.
 *
 * @param strike The strike.
 * @param model Where the hook runs.
 * @param standIn What it speaks with, if that is a stand-in.
 */
export function arm(
  { kind, nth }: Strike,
  { faults }: Pick<Model, "faults">,
  standIn: StandIn | undefined,
): void {
  const one = { nth, times: 1 };
  switch (kind) {
    case "killed at tool call":
      return faults.killAtToolCall({ call: nth });
    case "killed after tool call":
      return faults.killAtToolCall({ call: nth, acts: true });
    case "killed before request":
      standIn?.fault(one, { kind: "hook", before: faults.killRunning });
      return standIn?.fault(one, { kind: "reset" });
    case "killed after request":
      return standIn?.fault(one, { kind: "hook", after: faults.killRunning });
    case "leadership lost at flush":
      return faults.loseLeadershipAtFlush();
  }
}

/**
 * Says how a hook that is struck must end.
 *
 * @param strike What strikes it.
 * @returns Its outcome.
 */
export function outcomeOf({ kind }: Strike): HookRun["outcome"] {
  return kind === "leadership lost at flush" ? "failed" : "killed";
}

/**
 * Names a strike.
 *
 * @param strike The strike.
 * @returns Its name, for whoever reads of a failed test.
 */
export function nameOf({ run, hook, kind, nth }: Strike): string {
  return `${hook} (hook ${run + 1}) ${kind} ${nth}`;
}
