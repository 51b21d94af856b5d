/**
 * Takes the programs out of docs/how-to-pin-lxd.md, and makes them ready to run.
 *
 * @module
 */
import { makeTemporaryFolder } from "../temporary.ts";
import { type Ended, run } from "../artifact/process.ts";
import { type Command, RECIPES } from "./pin_recipes.ts";

const DOCUMENT = new URL("../../docs/how-to-pin-lxd.md", import.meta.url);
const PATH = Deno.env.get("PATH") ?? "/usr/bin:/bin";

/** What a program reads. */
export interface Given {
  /** The address, which is its argument. */
  readonly endpoint: string;
  /** Content of `server.crt`. */
  readonly serverCertificate: string;
  /** Content of `client.crt`. */
  readonly certificate: string;
  /** Content of `client.key`. */
  readonly key: string;
}

/** A program of the document. */
export interface Program {
  /** Its heading, and the versions of its packages. */
  readonly name: string;
  /** Whether it opens a second connection, for a websocket. */
  readonly opensWebsocket: boolean;
  /** Runs it with the given variables and no others, apart from PATH. */
  readonly run: (given: Given, env: Readonly<Record<string, string>>) => Promise<Ended>;
}

/** Reads the programs of the document by their headings. */
export async function readSources(): Promise<ReadonlyMap<string, string>> {
  const sections = (await Deno.readTextFile(DOCUMENT)).split(/^## /m).slice(1);
  return new Map(sections.flatMap((section): [string, string][] => {
    const [heading = ""] = section.split("\n", 1);
    const blocks = Array.from(section.matchAll(/^```\w+\n([^]*?)^```$/gm), ([, text = ""]) => text);
    return blocks.map((block) => [heading, block]);
  }));
}

/** Returns the headings of programs that can be run. */
export function headings(): ReadonlySet<string> {
  return new Set(RECIPES.map(({ heading }) => heading));
}

/**
 * Makes the programs ready, and installs what they need.
 *
 * @throws {Error} If something cannot be installed: no program is skipped.
 */
export async function preparePrograms(): Promise<readonly Program[]> {
  const sources = await readSources();
  const programs: Program[] = [];
  for (const { heading, packages = [], prepare } of RECIPES) {
    const source = sources.get(heading);
    if (source === undefined) throw new Error(`Cannot find "${heading}": the document has none`);
    const folder = await makeTemporaryFolder({ prefix: "program-" });
    const command = await prepare(source, folder);
    programs.push({
      name: [heading, ...packages].join(", "),
      opensWebsocket: source.includes("events.connect()"),
      run: (given, env) => runProgram(command, given, env),
    });
  }
  return programs;
}

async function runProgram(
  command: Command,
  given: Given,
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const cwd = await makeTemporaryFolder({ prefix: "given-" });
  await Deno.writeTextFile(`${cwd}/server.crt`, given.serverCertificate);
  await Deno.writeTextFile(`${cwd}/client.crt`, given.certificate);
  await Deno.writeTextFile(`${cwd}/client.key`, given.key);
  const variables = { PATH, ...env };
  return await run([...command, given.endpoint], { cwd, env: variables, clearEnv: true });
}
