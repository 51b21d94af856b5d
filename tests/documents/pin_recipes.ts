/**
 * How the programs of docs/how-to-pin-lxd.md are made ready to run, by their headings.
 *
 * @module
 */
import { ensurePackages } from "../packages.ts";
import { ensureVirtualEnvironment } from "../pypi.ts";
import { run } from "../artifact/process.ts";

/** Go's cache stays between runs: it takes a minute to fill. */
const GO_CACHE = new URL("../../dist/go-cache", import.meta.url).pathname;
/** A way to run the program below a heading. */
export interface Recipe {
  /** The heading. */
  readonly heading: string;
  /** Its packages with their versions. @default {[]} */
  readonly packages?: readonly string[];
  /** Writes what the source needs, and returns the command without its argument. */
  readonly prepare: (source: string, folder: string) => Promise<Command>;
}

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: readonly string[]];

const REQUESTS = [["requests==2.25.1", "urllib3==1.26.5"], ["requests==2.34.2", "urllib3==2.8.0"]];
const PYLXD = [["pylxd==2.3.7"], ["pylxd==2.4.2"]];
const UNDICI = ["undici@6.29.1"];

/** The programs, in several versions of their packages. */
export const RECIPES: readonly Recipe[] = [
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
