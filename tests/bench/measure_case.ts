/**
 * Measures one case: all programs in turn, in every round.
 *
 * @module
 */
import type { Case } from "./cases.ts";
import { nameOf } from "./cases.ts";
import type { Measured, Run } from "./measure.ts";
import { readRequests, writePrograms } from "./programs.ts";
import { type CaseResult, programOf, type ProgramResult } from "./results.ts";
import { createStage, type Means } from "./stage.ts";
import type { CapturedBeside, Subject } from "./subject.ts";

/** Requests of a hook that takes long. It is measured twice, because LXD is put back before each run. */
const LONG = 500;

/** A charm that is deployed for a case. */
export interface Deployed {
  /** The charm. */
  readonly subject: Subject;
  /** Its deployment. */
  readonly captured: CapturedBeside;
}

/** A program that can be run again and again. */
interface Repeated {
  readonly name: string;
  readonly tools?: number;
  readonly requests?: number;
  readonly run: () => Promise<Run>;
}

/** Measures a case. The order of the programs turns around in every second round. */
export async function measureCase(
  one: Case,
  deployed: readonly Deployed[],
  means: Means,
): Promise<CaseResult> {
  const programs: Repeated[] = [];
  for (const each of deployed) programs.push(...await repeatedOf(one, each, means));
  const rounds = new Map(programs.map(({ name }) => [name, [] as Measured[]]));
  const isLong = programs.some(({ requests = 0 }) => requests > LONG);
  // Deno compiles a program at its first run, and keeps the compiled code.
  if (!isLong) { for (const { run } of programs) await run(); }
  for (let round = 0; round < (isLong ? Math.min(means.runs, 2) : means.runs); round++) {
    for (const { name, run } of round % 2 === 0 ? programs : programs.toReversed()) {
      rounds.get(name)?.push((await run()).measured);
    }
  }
  const results = programs.map(({ name, tools, requests }) => {
    const counts = {
      ...tools !== undefined && { tools },
      ...requests !== undefined && { requests },
    };
    return [name, { ...counts, rounds: rounds.get(name) ?? [] } satisfies ProgramResult] as const;
  });
  return { ...one, name: nameOf(one), programs: Object.fromEntries(results) };
}

/** Makes the programs of a charm that can be run for a case. */
async function repeatedOf(
  { kind, toolDelayMs }: Case,
  { subject, captured }: Deployed,
  means: Means,
): Promise<readonly Repeated[]> {
  const recorded = captured.records.get(kind);
  if (!recorded) return [];
  const { name, isBuilt } = subject;
  const stage = createStage({ recorded, lxd: captured.lxd, toolDelayMs }, means);
  const tools = recorded.tools.length;
  const run = () => stage.run(recorded, "changes LXD");
  if (!isBuilt) return [{ name, tools, run }];
  const { traced, empty, minimal, plan } = await writePrograms(recorded);
  // The first run of a program makes the compiled code, and takes longer between its steps.
  const first = await stage.run(traced, "changes LXD");
  const isLong = readRequests(first.stdout).length > LONG;
  const { stdout } = isLong ? first : await stage.run(traced, "changes LXD");
  const requests = readRequests(stdout);
  await plan({ calls: means.server.calls, requests }, captured.credential);
  const effect = requests.some(({ method }) => method !== "GET") ? "changes LXD" : "reads only";
  return [
    { name: programOf(name, "empty"), run: () => stage.run(empty, "reads only") },
    { name: programOf(name, "minimal"), run: () => stage.run(minimal, effect) },
    {
      name: programOf(name, "hook"),
      tools,
      requests: requests.length,
      run: () => stage.run(recorded, effect),
    },
  ];
}
