/**
 * Faults of the hooks of a scenario: their kinds, and the points where they can occur.
 *
 * @module
 */
import type { HookRun, Model } from "../juju/mod.ts";
import type { StandIn } from "../lxd/stand_in.ts";
import type { LoggedRequest } from "../lxd/stand_in_faults.ts";

/** What goes wrong with a hook. */
export type HookFaultKind =
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

/** A fault of one hook, at one point. */
export interface HookFault {
  /** Index of the hook since the scenario's event; the first is 0. */
  readonly run: number;
  /** Name of the unit, and of the hook. */
  readonly hook: string;
  /** What goes wrong. */
  readonly kind: HookFaultKind;
  /** Which of the hook's calls or requests; the first is 1. */
  readonly nth: number;
}

/** A hook that ran in a scenario. */
export interface RecordedHook extends Pick<HookRun, "unit" | "hook" | "tools" | "statusAfter"> {
  /** Its requests to LXD, if that is a stand-in. */
  readonly requests: readonly LoggedRequest[];
}

/**
 * Lists every fault that can occur.
 *
 * @param hooks The hooks of an undisturbed run.
 * @param kinds Kinds of faults.
 */
export function hookFaultsOf(
  hooks: readonly RecordedHook[],
  kinds: readonly HookFaultKind[],
): readonly HookFault[] {
  return hooks.flatMap((recorded, run) =>
    kinds.flatMap((kind) =>
      Array.from({ length: countPoints(recorded, kind) }, (_, index): HookFault => {
        return { run, hook: `${recorded.unit} ${recorded.hook}`, kind, nth: index + 1 };
      })
    )
  );
}

function countPoints({ tools, requests }: RecordedHook, kind: HookFaultKind): number {
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
 * Injects a fault into the next hook.
 *
 * @param fault The fault.
 * @param model The model that the hook runs in.
 * @param standIn The LXD that it requests from, if that is a stand-in.
 */
export function inject(
  { kind, nth }: HookFault,
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

/** Says how a hook with a fault must end. */
export function outcomeOf({ kind }: HookFault): HookRun["outcome"] {
  return kind === "leadership lost at flush" ? "failed" : "killed";
}

/** Names a fault, for the message of a failed test. */
export function nameOf({ run, hook, kind, nth }: HookFault): string {
  return `${hook} (hook ${run + 1}) ${kind} ${nth}`;
}
