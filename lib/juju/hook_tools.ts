/**
 * Juju's hook tools, one function per tool.
 *
 * @module
 */
import * as z from "zod/mini";
import type { Secret } from "../credential/credentials.ts";
import { type Databag, parseJson, type Parser } from "../requirer/databag.ts";
import { isTooLong, TOO_LONG } from "../requirer/limits.ts";
import { line } from "../requirer/line.ts";
import { isRefusal, quoteWords } from "./refusal.ts";
import { createSieve } from "./sieve.ts";

/** The part of the output that is needed of a tool which prints a JSON object of texts. */
export interface Selection {
  /** The keys to keep. Others may be left out, and texts over the limit may be replaced. */
  readonly keys: readonly string[];
}

/**
 * Runs a hook tool and returns its standard output. The third argument is text for the tool's standard
 * input, or what is needed of its output. Rejects with a {@linkcode HookToolError}.
 */
export type Exec = (
  tool: string,
  args: readonly string[],
  more?: string | Selection,
) => Promise<string>;

/** How a hook tool ended. */
export interface ToolExit {
  /** Its exit code: 2 for wrong arguments, 1 for everything else. */
  readonly code: number;
  /** Its standard error. */
  readonly stderr: string;
  /** The signal that killed it; undefined if it ran to its end. */
  readonly signal?: string;
}

/** A hook tool failed. */
export class HookToolError extends Error {
  /** Fixed name. */
  override readonly name = "HookToolError";
  /** Exit code of the tool: 2 for wrong arguments, 1 for everything else. */
  readonly code: number;
  /** Standard error of the tool. */
  readonly stderr: string;
  /** Signal that killed the tool; undefined if it ran to its end. */
  readonly signal: string | undefined;

  /** Makes the error of a tool. */
  constructor(tool: string, { code, stderr, signal }: ToolExit) {
    super(`Cannot run ${tool}: exit status ${code}: ${line(stderr)}`);
    this.code = code;
    this.stderr = stderr;
    this.signal = signal;
  }
}

/** The output of `goal-state`, as far as the charm needs it. */
export interface GoalState {
  /** Status of each unit of our application; `dying` for a unit on its way out. */
  readonly units: Readonly<Record<string, { readonly status: string }>>;
}

/** A workload status. */
export interface UnitStatus {
  /** Juju's word for it. */
  readonly status: string;
  /** Its message. @default {""} */
  readonly message?: string | undefined;
}

/** A secret that the application owns, by its label. */
export interface Labelled {
  /** The label. */
  readonly label: string;
}

/** The fields of a secret. */
export type SecretContent = Readonly<Record<string, string>>;

/** The hook tools that the charm uses. Relations are named by the number of their id. */
export interface Juju {
  /** Sets the version of the workload that `juju status` shows for the application, at once. */
  readonly applicationVersionSet: (version: string) => Promise<void>;
  /** The application's options; those unset and without default are absent. */
  readonly configGet: () => Promise<Readonly<Record<string, unknown>>>;
  /** The cloud and its credential; undefined without `juju trust`. */
  readonly credentialGet: () => Promise<unknown>;
  /** The units of the application. */
  readonly goalState: () => Promise<GoalState>;
  /** Whether this unit leads for the next 30 seconds. */
  readonly isLeader: () => Promise<boolean>;
  /** Writes a line to Juju's log. It never fails: no certificate waits for a log. */
  readonly jujuLog: (level: "INFO" | "WARNING", message: string) => Promise<void>;
  /**
   * The databag of a unit, or of an application. With `keys`, it holds only these keys, and a text over
   * the limit gives way to {@linkcode TOO_LONG}.
   */
  readonly relationGet: (
    relation: string,
    name: string,
    keys?: readonly string[],
  ) => Promise<Databag>;
  /** Ids of the relations of an endpoint; broken ones are left out. */
  readonly relationIds: (endpoint: string) => Promise<readonly string[]>;
  /** The remote units whose `-joined` this unit has run. */
  readonly relationList: (relation: string) => Promise<readonly string[]>;
  /** The remote application. */
  readonly relationApplication: (relation: string) => Promise<string>;
  /** Writes to this unit's databag, or the application's; an empty value deletes its key. */
  readonly relationSet: (
    relation: string,
    databag: Databag,
    of: "unit" | "application",
  ) => Promise<void>;
  /** The newest revision of a secret, by its URI or its label. It is tracked from now on. */
  readonly secretGet: (secret: string | Labelled) => Promise<Secret>;
  /** Adds a secret that the application owns; for its leader only. It is there once the hook ends. */
  readonly secretAdd: (secret: Labelled, content: SecretContent) => Promise<void>;
  /** Replaces the content of a secret that the application owns; for its leader only. */
  readonly secretSet: (secret: Labelled, content: SecretContent) => Promise<void>;
  /** This unit's workload status. */
  readonly statusGet: () => Promise<UnitStatus>;
  /** The workload status of each unit of the application; for its leader only. */
  readonly unitStatuses: () => Promise<Readonly<Record<string, UnitStatus>>>;
  /** Sets this unit's workload status, at once. The message is one line. */
  readonly statusSet: (status: string, message: string) => Promise<void>;
}

/**
 * A program of the charm's own (`build/secret_write.sh`). It gives its standard input to secret-add or
 * secret-set, which read files only. Every user of the machine can read arguments.
 */
export const WRITE_SECRET = "secret-write";

const BUFFER_LENGTH = 65_536;
// LXD names its version.
const MAXIMUM_VERSION = 64;

const TEXT = z.string();
const TEXTS = z.array(z.string());
// z.record() would add 3 kB to the code of each hook.
const TEXT_BY_NAME = z.catchall(z.object({}), z.string());
const CONFIG = z.catchall(z.object({}), z.unknown());
const GOAL_STATE = z.object({
  units: z.catchall(z.object({}), z.object({ status: z.string() })),
});
const STATUS = z.object({ status: z.string(), message: z.optional(z.string()) });
const APPLICATION_STATUS = z.object({
  "application-status": z.object({ units: z.catchall(z.object({}), STATUS) }),
});

// `JSON.stringify` leaves these as they are; the YAML reader of relation-set refuses or folds them.
const CONTROLS_REGEXP = /[\u007f-\u009f\ufffe\uffff]/g;

/**
 * Makes the hook tools' functions. They throw a {@linkcode HookToolError} if a tool fails, and a
 * `TypeError` if its output is not as Juju documents it.
 *
 * @param exec Runs a tool.
 */
export function createJuju(exec: Exec): Juju {
  const read = createRead(exec);
  return {
    applicationVersionSet: async (version) => {
      await exec("application-version-set", ["--", line(version, MAXIMUM_VERSION)]);
    },
    configGet: () => read(CONFIG, "config-get"),
    credentialGet: () => credentialGet(() => read(z.unknown(), "credential-get")),
    goalState: () => read(GOAL_STATE, "goal-state"),
    isLeader: () => read(z.boolean(), "is-leader"),
    jujuLog: async (level, message) => {
      await exec("juju-log", ["--log-level", level, "--", line(message)]).catch(() => {});
    },
    relationGet: async (relation, name, keys) => {
      const application = name.includes("/") ? [] : ["--app"];
      const args = ["--format=json", "-r", relation, ...application, "-", name];
      const output = await exec("relation-get", args, ...keys ? [{ keys }] : []);
      const databag = parseOutput(TEXT_BY_NAME, "relation-get", output);
      return keys ? select(databag, keys) : databag;
    },
    relationIds: async (endpoint) =>
      (await read(TEXTS, "relation-ids", endpoint)).map((id) => id.slice(id.indexOf(":") + 1)),
    relationList: (relation) => read(TEXTS, "relation-list", "-r", relation),
    relationApplication: (relation) => read(TEXT, "relation-list", "-r", relation, "--app"),
    relationSet: async (relation, databag, of) => {
      const application = of === "application" ? ["--app"] : [];
      // Standard input: Juju trims values in arguments, and the system limits their length.
      const text = JSON.stringify(databag).replaceAll(CONTROLS_REGEXP, escape);
      await exec("relation-set", ["-r", relation, ...application, "--file", "-"], text);
    },
    ...secretsBy(exec, read),
    statusGet: () => read(STATUS, "status-get", "--include-data"),
    unitStatuses: async () => {
      const args = ["--include-data", "--application"];
      const { "application-status": status } = await read(
        APPLICATION_STATUS,
        "status-get",
        ...args,
      );
      return status.units;
    },
    statusSet: async (status, message) => {
      await exec("status-set", ["--", status, line(message)]);
    },
  };
}

/** Runs a tool, and parses its output. */
type Read = <T>(parser: Parser<T>, tool: string, ...args: readonly string[]) => Promise<T>;

function createRead(exec: Exec): Read {
  return async (parser, tool, ...args) =>
    parseOutput(parser, tool, await exec(tool, ["--format=json", ...args]));
}

/** The tools for secrets. */
function secretsBy(
  exec: Exec,
  read: Read,
): Pick<Juju, "secretGet" | "secretAdd" | "secretSet"> {
  return {
    secretGet: (secret) => {
      const name = typeof secret === "string" ? [secret] : ["--label", secret.label];
      return secretGet(() => read(TEXT_BY_NAME, "secret-get", "--refresh", ...name));
    },
    secretAdd: async ({ label }, content) => {
      const args = ["secret-add", "--owner", "application", "--label", label];
      await exec(WRITE_SECRET, args, JSON.stringify(content));
    },
    secretSet: async ({ label }, content) => {
      const [id = ""] = Object.keys(await read(CONFIG, "secret-info-get", "--label", label));
      await exec(WRITE_SECRET, ["secret-set", id], JSON.stringify(content));
    },
  };
}

function parseOutput<T>(parser: Parser<T>, tool: string, output: string): T {
  const result = parser.safeParse(parseJson(output));
  if (result.success) return result.data;
  // Without the output, which may be a secret.
  throw new TypeError(`Cannot read the output of ${tool}: it is not as Juju documents it`);
}

function select(databag: Databag, keys: readonly string[]): Databag {
  return Object.fromEntries(keys.flatMap((key) => {
    const text = databag[key];
    return text === undefined ? [] : [[key, isTooLong(text) ? TOO_LONG : text]];
  }));
}

async function credentialGet(read: () => Promise<unknown>): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    // Juju has no exit code of its own for this.
    const isDenied = error instanceof HookToolError && /permission denied/.test(error.stderr);
    if (isDenied) return undefined;
    throw error;
  }
}

async function secretGet(
  read: () => Promise<Readonly<Record<string, string>>>,
): Promise<Secret> {
  try {
    return { kind: "content", content: await read() };
  } catch (error) {
    // Only the operator can repair a refusal of any kind. A failed hook would repair nothing.
    if (isRefusal(error)) return { kind: "refused", words: quoteWords(error.stderr) };
    throw error;
  }
}

/**
 * Runs a hook tool as Juju lays it out: a program on `PATH`.
 *
 * @param more Text for its standard input, or what is needed of its output. @default {nothing}
 * @returns Its standard output.
 * @throws {HookToolError} If it fails.
 */
export async function execTool(
  tool: string,
  args: readonly string[],
  more?: string | Selection,
): Promise<string> {
  const stdin = typeof more === "string" ? more : undefined;
  const command = new Deno.Command(tool, {
    args: [...args],
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const process = command.spawn();
  if (stdin !== undefined) {
    const writer = process.stdin.getWriter();
    // A failed tool reads nothing more. Its exit status gives the reason.
    await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
    await writer.close().catch(() => {});
  }
  const [{ code, signal }, stdout, stderr] = await Promise.all([
    process.status,
    typeof more === "object" ? readKeys(process.stdout, more) : readText(process.stdout),
    readText(process.stderr),
  ]);
  if (signal !== null) {
    throw new HookToolError(tool, { code, stderr: `killed by ${signal}`, signal });
  }
  if (code !== 0) throw new HookToolError(tool, { code, stderr });
  return stdout;
}

async function readText(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  return await new Response(stream).text();
}

async function readKeys(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  { keys }: Selection,
): Promise<string> {
  const sieve = createSieve(keys);
  // A fresh buffer for each chunk would take 100 MB before any of them is collected.
  const reader = stream.getReader({ mode: "byob" });
  let buffer = new Uint8Array(BUFFER_LENGTH);
  for (;;) {
    const { done, value } = await reader.read(buffer);
    if (done || !value) return sieve.end();
    sieve.push(value);
    buffer = new Uint8Array(value.buffer);
  }
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
