/**
 * Takes the programs out of docs/how-to-pin-lxd.md, and makes them ready to run.
 *
 * @module
 */
import { ensurePackages } from "../packages.ts";
import { ensureVirtualEnvironment } from "../pypi.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { type Ended, run } from "../artifact/process.ts";

const DOCUMENT = new URL("../../docs/how-to-pin-lxd.md", import.meta.url);
/** Go's cache stays between runs: it takes a minute to fill. */
const GO_CACHE = new URL("../../dist/go-cache", import.meta.url).pathname;
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

/** A way to run the program below a heading. */
interface Recipe {
  readonly heading: string;
  /** Its packages with their versions. @default {[]} */
  readonly packages?: readonly string[];
  /** Writes what the source needs, and returns the command without its argument. */
  readonly prepare: (source: string, folder: string) => Promise<Command>;
}

type Command = readonly [program: string, ...args: readonly string[]];

const REQUESTS = [["requests==2.25.1", "urllib3==1.26.5"], ["requests==2.34.2", "urllib3==2.8.0"]];
const PYLXD = [["pylxd==2.3.7"], ["pylxd==2.4.2"]];
const UNDICI = ["undici@6.29.1"];

const RECIPES: readonly Recipe[] = [
  { heading: "curl", prepare: prepareShell },
  ...REQUESTS.map((packages) => python("Python with requests", packages)),
  ...PYLXD.map((packages) => python("Python with pylxd", packages)),
  python("Python without packages", []),
  { heading: "Go", prepare: prepareGo },
  { heading: "Node.js", prepare: prepareNode },
  {
    heading: "Node.js with undici",
    packages: UNDICI,
    prepare: async (source, folder) => {
      await must(["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, ...UNDICI]);
      return await prepareNode(source, folder);
    },
  },
];

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

async function prepareShell(source: string, folder: string): Promise<Command> {
  await ensurePackages({
    purpose: "run the program for curl",
    packages: ["curl", "openssl"],
    programs: [["curl", "--version"], ["openssl", "version"]],
  });
  return ["sh", "-eu", await write(`${folder}/program.sh`, source)];
}

function python(heading: string, packages: readonly string[]): Recipe {
  return {
    heading,
    packages,
    prepare: async (source, folder) => {
      const interpreter = await ensureVirtualEnvironment("pin", packages);
      return [interpreter, await write(`${folder}/program.py`, source)];
    },
  };
}

async function prepareGo(source: string, folder: string): Promise<Command> {
  await ensurePackages({
    purpose: "run the program in Go",
    packages: ["golang-go"],
    programs: [["go", "version"]],
  });
  const path = await write(`${folder}/program.go`, source);
  await must(["go", "build", "-o", `${folder}/program`, path], {
    GOCACHE: GO_CACHE,
    GOPATH: `${folder}/go`,
    GOFLAGS: "",
    GOTOOLCHAIN: "local",
    // Without a C compiler, which Debian's package only recommends.
    CGO_ENABLED: "0",
  });
  return [`${folder}/program`];
}

async function prepareNode(source: string, folder: string): Promise<Command> {
  return ["node", await write(`${folder}/program.mjs`, source)];
}

async function write(path: string, text: string): Promise<string> {
  await Deno.writeTextFile(path, text);
  return path;
}

async function must(command: Command, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const { code, err } = await run(command, { env });
  if (code !== 0) throw new Error(`Cannot run ${command.join(" ")}: ${err}`);
}
