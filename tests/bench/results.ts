/**
 * The results of the bench, as they are kept beside the table.
 *
 * @module
 */
import type { Case } from "./cases.ts";
import type { Measured } from "./measure.ts";
import { median, ratio } from "./statistics.ts";

/** The results of one run of the bench. */
export interface Results {
  /** The machine and the versions. */
  readonly machine: Readonly<Record<string, string | number>>;
  /** The charms, by the names of their programs. */
  readonly charms: Readonly<Record<string, string>>;
  /** The measured cases. */
  readonly cases: readonly CaseResult[];
}

/** The result of one case. */
export interface CaseResult extends Case {
  /** Its name. */
  readonly name: string;
  /** The programs, each measured in every round. */
  readonly programs: Readonly<Record<string, ProgramResult>>;
}

/** What one program took. */
export interface ProgramResult {
  /** Its calls of hook tools. */
  readonly tools?: number;
  /** Its requests to LXD. */
  readonly requests?: number;
  /** One for each round. */
  readonly rounds: readonly Measured[];
}

/** A figure of a run. */
export type Figure = "wallMs" | "cpuMs" | "ownMs" | "toolsMs" | "peakMb";

/** The programs of a charm: the hook, and what it is compared with. */
export type Role = "hook" | "minimal" | "empty";

/** Names a program of a charm. */
export function programOf(charm: string, role: Role): string {
  return role === "hook" ? charm : `${charm} ${role}`;
}

/** Returns the median of a figure. NaN if the program was not measured. */
export function medianOf(result: CaseResult, program: string, figure: Figure): number {
  return median(valuesOf(result, program, figure));
}

/** Returns the median, over the rounds, of the ratio of two programs. NaN if one was not measured. */
export function ratioOf(
  result: CaseResult,
  [program, to]: readonly [program: string, to: string],
  figure: Figure,
): number {
  return ratio(valuesOf(result, program, figure), valuesOf(result, to, figure));
}

function valuesOf({ programs }: CaseResult, program: string, figure: Figure): readonly number[] {
  const rounds = programs[program]?.rounds ?? [];
  return rounds.map((one) => figure === "cpuMs" ? one.ownMs + one.toolsMs : one[figure]);
}
