/**
 * Juju's hook tools, one function per tool.
 *
 * @module
 */
import type { Secret } from "../credential/credentials.ts";
import { isRefusal, quoteWords } from "./refusal.ts";
import type { Databag } from "../requirer/databag.ts";

/** Runs a hook tool and returns what it prints. Rejects with a {@linkcode HookToolError}. */
export type Exec = (tool: string, args: readonly string[], stdin?: string) => Promise<string>;

/** A hook tool failed. */
export class HookToolError extends Error {
  /** Fixed name. */
  override readonly name = "HookToolError";
  /** The tool's exit code: 2 for wrong arguments, 1 for everything else. */
  readonly code: number;
  /** What the tool printed on standard error. */
  readonly stderr: string;
  /** The signal that killed it; undefined where it ran to its end. */
  readonly signal: string | undefined;

  /** Says which tool failed, and how. */
  constructor(tool: string, code: number, stderr: string, signal?: string) {
    super(`Cannot run ${tool}: exit status ${code}: ${stderr.trim()}`);
    this.code = code;
    this.stderr = stderr;
    this.signal = signal;
  }
}

/** What `goal-state` tells of the model. */
export interface GoalState {
  /** Status of each unit of our application, `dying` for one on its way out. */
  readonly units: Readonly<Record<string, { readonly status: string }>>;
  /** The remote units and applications by endpoint. */
  readonly relations: Readonly<
    Record<string, Readonly<Record<string, unknown>>>
  >;
}

/** The hook tools that we use. Relations are named by the number of their id. */
export interface Juju {
  /** The application's options; those unset and without default are absent. */
  readonly configGet: () => Promise<Readonly<Record<string, unknown>>>;
  /** The cloud and its credential; undefined where `juju trust` was not given. */
  readonly credentialGet: () => Promise<unknown>;
  /** The units and relations as the model shall be. */
  readonly goalState: () => Promise<GoalState>;
  /** Whether this unit leads for the next 30 seconds. */
  readonly isLeader: () => Promise<boolean>;
  /** Writes to Juju's log. */
  readonly jujuLog: (level: "INFO" | "WARNING", message: string) => Promise<void>;
  /** The databag of a unit, or of an application. */
  readonly relationGet: (relation: string, name: string) => Promise<Databag>;
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
  /** The newest revision of a secret, which is tracked from now on. */
  readonly secretGet: (uri: string) => Promise<Secret>;
  /** This unit's workload status. */
  readonly statusGet: () => Promise<
    { readonly status: string; readonly message: string }
  >;
  /** The workload status of each unit of the application; for its leader only. */
  readonly unitStatuses: () => Promise<
    Readonly<Record<string, { readonly status: string; readonly message: string }>>
  >;
  /** Sets this unit's workload status, at once. */
  readonly statusSet: (status: string, message: string) => Promise<void>;
}

interface ApplicationStatus {
  readonly "application-status": {
    readonly units: Readonly<Record<string, { readonly status: string; readonly message: string }>>;
  };
}

// `JSON.stringify` leaves these as they are; the YAML reader of relation-set refuses or folds them.
const CONTROLS_REGEXP = /[\u007f-\u009f\ufffe\uffff]/g;

/**
 * Makes the hook tools' functions.
 *
 * @param exec Runs a tool.
 * @returns The functions.
 */
export function createJuju(exec: Exec): Juju {
  const json = async <T>(tool: string, ...args: string[]): Promise<T> =>
    JSON.parse(await exec(tool, ["--format=json", ...args]));
  return {
    configGet: () => json("config-get"),
    credentialGet: async () => {
      try {
        return await json("credential-get");
      } catch (error) {
        // Juju has no exit code of its own for this.
        const denied = error instanceof HookToolError &&
          /permission denied/.test(error.stderr);
        if (denied) return undefined;
        throw error;
      }
    },
    goalState: () => json("goal-state"),
    isLeader: () => json("is-leader"),
    jujuLog: async (level, message) => {
      await exec("juju-log", ["--log-level", level, "--", message]);
    },
    relationGet: (relation, name) => {
      const application = name.includes("/") ? [] : ["--app"];
      return json("relation-get", "-r", relation, ...application, "-", name);
    },
    relationIds: async (endpoint) =>
      (await json<string[]>("relation-ids", endpoint)).map((id) => id.slice(id.indexOf(":") + 1)),
    relationList: (relation) => json("relation-list", "-r", relation),
    relationApplication: (relation) => json("relation-list", "-r", relation, "--app"),
    relationSet: async (relation, databag, of) => {
      const application = of === "application" ? ["--app"] : [];
      // On standard input: a value as an argument would be trimmed, and be limited in length.
      const text = JSON.stringify(databag).replaceAll(CONTROLS_REGEXP, escape);
      await exec("relation-set", ["-r", relation, ...application, "--file", "-"], text);
    },
    secretGet: async (uri) => {
      try {
        return { kind: "content", content: await json("secret-get", "--refresh", uri) };
      } catch (error) {
        // Whatever Juju says, only the operator can mend it; a failed hook would mend nothing.
        if (isRefusal(error)) return { kind: "refused", words: quoteWords(error.stderr) };
        throw error;
      }
    },
    statusGet: () => json("status-get", "--include-data"),
    unitStatuses: async () => {
      const { "application-status": application } = await json<ApplicationStatus>(
        "status-get",
        "--include-data",
        "--application",
      );
      return application.units;
    },
    statusSet: async (status, message) => {
      await exec("status-set", ["--", status, message]);
    },
  };
}

/**
 * Runs a hook tool as Juju lays it out: a program on `PATH`.
 *
 * @param tool Name of the tool.
 * @param args Its arguments.
 * @param stdin What it reads on standard input.
 * @returns What it prints.
 * @throws {HookToolError} If it fails.
 */
export async function execTool(
  tool: string,
  args: readonly string[],
  stdin?: string,
): Promise<string> {
  const command = new Deno.Command(tool, {
    args: [...args],
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const process = command.spawn();
  if (stdin !== undefined) {
    const writer = process.stdin.getWriter();
    // A tool that has failed already reads nothing: its exit status tells why.
    await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
    await writer.close().catch(() => {});
  }
  const { code, signal, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  if (signal !== null) throw new HookToolError(tool, code, `killed by ${signal}`, signal);
  if (code !== 0) throw new HookToolError(tool, code, decoder.decode(stderr));
  return decoder.decode(stdout);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
