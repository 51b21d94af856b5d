/**
 * `deno task bench`: measures the hooks of a built charm beside a Juju model and a real LXD.
 *
 * @module
 */
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { type Case, casesOf, nameOf, type Scenario } from "./cases.ts";
import { renderChart } from "./chart.ts";
import { type Deployed, measureCase } from "./measure_case.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { describeMachine } from "./machine.ts";
import { pythonSubject } from "./python.ts";
import type { CaseResult, Results } from "./results.ts";
import type { Means } from "./stage.ts";
import { createSubject, type Subject } from "./subject.ts";
import { HEAD, renderRows } from "./table.ts";
import { startToolServer } from "./tool_server.ts";
import { copyTools, type MeasuredTools } from "./tools.ts";

/** Where the program in Python is measured: it knows no cluster, and takes minutes for the others. */
const isForPython = ({ members, size }: Scenario) => members === 1 && size <= 100;

/** Runs the bench. */
export async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const cases = casesOf(options.toolDelayMs).filter((one) => options.only.test(nameOf(one)));
  if (cases.length === 0) throw new TypeError(`Cannot find a case: none is like ${options.only}`);
  await using stack = new AsyncDisposableStack();
  const subjects = await findSubjects(options, stack);
  const folder = await makeTemporaryFolder({ prefix: "bench-", isShort: true });
  const socket = `${folder}/socket`;
  const server = stack.use(startToolServer(socket));
  let tools: Promise<MeasuredTools> | undefined;
  const means: Means = {
    server,
    socket,
    // All models have the same tools.
    toolsOf: (of) => tools ??= copyTools(of, folder),
    report: `${folder}/measured`,
    runs: options.runs,
  };
  const results: CaseResult[] = [];
  print(HEAD);
  const certificates = await createMany(Math.max(...cases.map(({ size }) => size)) + 1);
  for (const same of groupByScenario(cases)) {
    results.push(...await measureScenario(same, { subjects, certificates, means }));
  }
  await write({
    machine: await describeMachine(options),
    charms: Object.fromEntries(subjects.map(({ name, charm }) => [name, charm])),
    cases: results,
  }, options);
}

async function findSubjects(
  { charms, hasPython }: Options,
  stack: AsyncDisposableStack,
): Promise<readonly Subject[]> {
  const names = charms.length === 1 ? ["charm"] : ["A", "B"];
  const subjects: Subject[] = [];
  for (const [index, name] of names.entries()) {
    const charm = charms[index] ?? "";
    await Deno.stat(charm);
    subjects.push(stack.use(await createSubject({ name, charm, isBuilt: true })));
  }
  const python = hasPython ? await pythonSubject(stack) : undefined;
  return python ? [...subjects, python] : subjects;
}

/** Measures the cases of one scenario, over one deployment of each charm. */
async function measureScenario(
  cases: readonly [Case, ...Case[]],
  { subjects, certificates, means }: {
    readonly subjects: readonly Subject[];
    readonly certificates: readonly TestCertificate[];
    readonly means: Means;
  },
): Promise<readonly CaseResult[]> {
  const [scenario] = cases;
  const kinds = new Set(cases.map(({ kind }) => kind));
  await using stack = new AsyncDisposableStack();
  const deployed: Deployed[] = [];
  for (const subject of subjects) {
    if (!subject.isBuilt && !isForPython(scenario)) continue;
    const captured = await subject.capture(scenario, {
      certificates: certificates.slice(0, scenario.size + 1),
      kinds,
    });
    deployed.push({ subject, captured: stack.use(captured) });
  }
  const results: CaseResult[] = [];
  for (const one of cases) {
    const result = await measureCase(one, deployed, means);
    print(renderRows([result]));
    results.push(result);
  }
  return results;
}

async function write(results: Results, { out }: Options): Promise<void> {
  await Deno.writeTextFile(`${out}.json`, `${JSON.stringify(results, undefined, 1)}\n`);
  await Deno.writeTextFile(`${out}.svg`, renderChart(results));
  print(`\nWrote ${out}.json and ${out}.svg\n`);
}

function groupByScenario(cases: readonly Case[]): readonly (readonly [Case, ...Case[]])[] {
  const groups = Map.groupBy(cases, ({ layout, size, members }) => `${layout} ${size} ${members}`);
  return [...groups.values()].map(([first, ...others]) => [first as Case, ...others]);
}

/** Makes certificates for one key. */
async function createMany(number: number): Promise<readonly TestCertificate[]> {
  const keyOf = await createCertificate();
  const made: TestCertificate[] = [];
  for (let index = 0; index < number; index++) {
    made.push(await createCertificate({ keyOf, commonName: `client ${index}` }));
  }
  return made;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    print(`${error.message}\n\n${USAGE}`);
    Deno.exitCode = 2;
  }
}
