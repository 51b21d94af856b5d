/**
 * Faults of a scenario's hooks: their kinds, and the points where they can occur.
 *
 * @module
 */
import type { HookRun, Model } from "../juju/mod.ts";
import type { StandIn } from "../lxd/stand_in.ts";
import type { LoggedRequest } from "../lxd/stand_in_faults.ts";

/** A kind of fault of a hook. */
export type HookFaultKind =
  /** Killed at a call of a hook tool, before the tool acts. */
  | "killed at tool call"
  /** Killed after a hook tool acted, before its answer. */
  | "killed after tool call"
  /** Killed at a request, before LXD acts. */
  | "killed before request"
  /** Killed after LXD acted, before its reply. */
  | "killed after request"
  /** The unit loses leadership when the hook's writes would take effect. */
  | "leadership lost at flush";

/** A fault at one point of one hook. */
export interface HookFault {
  /** Index of the hook since the scenario's event, from 0. */
  readonly run: number;
  /** Names of the unit and the hook. */
  readonly hook: string;
  /** The kind of fault. */
  readonly kind: HookFaultKind;
  /** Number of the call or request, from 1. */
  readonly nth: number;
}

/** A hook that ran in a scenario. */
export interface RecordedHook extends Pick<HookRun, "unit" | "hook" | "tools" | "statusAfter"> {
  /** Its requests to a stand-in. Empty with a real LXD. */
  readonly requests: readonly LoggedRequest[];
}

/**
 * Lists the faults of these kinds that can occur.
 *
 * @param hooks The hooks of an undisturbed run.
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
      // Juju checks the leadership only for writes of an application: to its databags and secrets.
      return Number(
        tools.some(({ tool, args }) =>
          tool === "relation-set" && args.includes("--app") || /^secret-(add|set)$/.test(tool)
        ),
      );
  }
}

/**
 * Injects a fault into the model's next hook.
 *
 * @param standIn The LXD, or undefined for a real LXD.
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

/** Returns how a hook with a fault must end. */
export function outcomeOf({ kind }: HookFault): HookRun["outcome"] {
  return kind === "leadership lost at flush" ? "failed" : "killed";
}

/** Returns the name of a fault, for the message of a failed test. */
export function nameOf({ run, hook, kind, nth }: HookFault): string {
  return `${hook} (hook ${run + 1}) ${kind} ${nth}`;
}
