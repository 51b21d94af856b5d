/**
 * The interface of a hook tool, and helpers that several tools share.
 *
 * @module
 */

import { isAbsolute, join } from "node:path/posix";
import type { ContextRelation, HookContext } from "../context/context.ts";
import { agentRelation } from "../state/forced_relations.ts";
import { endOf } from "../state/queries.ts";
import type { Check, FlagSpecs } from "./flags.ts";
import { goJson, goYaml, quote } from "./go.ts";

/** One call of a tool. */
export interface Call {
  readonly context: HookContext;
  /** Values of the given options, by name without hyphens. */
  readonly flags: ReadonlyMap<string, string>;
  readonly args: readonly string[];
  /** Working directory of the caller. Relative paths start there. */
  readonly cwd: string;
  /** Reads standard input to its end. Without this call, standard input stays unread. */
  readonly stdin: () => Promise<string>;
  /** Prints text unchanged. */
  readonly print: (text: string) => void;
  /** Prints a value in the format of the option `--format`. */
  readonly write: (value: unknown) => Promise<void>;
  /** Writes to standard error. The tool does not fail. */
  readonly warn: (text: string) => void;
}

/**
 * A hook tool.
 *
 * An error in `prepare` is an error of the arguments (exit code 2). An error in the function that
 * `prepare` returns is an error at run time (exit code 1).
 */
export interface Tool {
  readonly flags: (context: HookContext) => FlagSpecs;
  /** Default of the option `--format`, if the tool has this option. */
  readonly format?: "smart" | "yaml";
  readonly prepare: (call: Call) => () => void | Promise<void>;
}

/** Returns the options of a tool that prints a value. */
export function outputFlags(initial: "smart" | "yaml"): FlagSpecs {
  const formats = initial === "smart" ? ["smart", "yaml", "json"] : ["yaml", "json"];
  return {
    format: (value) => {
      if (!formats.includes(value)) {
        throw new Error(`unknown format ${quote(value)}`);
      }
    },
    o: "string",
    output: "string",
  };
}

/** Returns the options `-r` and `--relation`. */
export function relationFlags(context: HookContext): FlagSpecs {
  const check: Check = (value) => {
    const id = parseRelationId(value);
    if (id === undefined) throw new Error("invalid relation id");
    if (!context.relations.has(id)) throw new Error("relation not found");
  };
  return { r: check, relation: check };
}

/** Returns the number after the colon. Juju ignores the endpoint before it (relationIdValue.Set). */
function parseRelationId(value: string): number | undefined {
  const digits = value.slice(value.lastIndexOf(":") + 1);
  return /^[+-]?\d+$/.test(digits) ? Number(digits) : undefined;
}

/** Returns the number in `--relation`, or else the number of the hook's relation. */
export function relationId({ context, flags }: Call): number | undefined {
  const value = flags.get("relation") ?? flags.get("r");
  return value === undefined ? context.hook?.relationId : parseRelationId(value);
}

/**
 * Finds the relation of relationId().
 *
 * @throws {Error} If there is none.
 */
export function relationOf(call: Call): ContextRelation {
  const id = relationId(call);
  const relation = id === undefined ? undefined : call.context.relations.get(id);
  if (relation) return relation;
  throw new Error("no relation id specified");
}

/**
 * Checks that no argument is left (cmd.CheckEmpty).
 *
 * @throws {Error} If one is left.
 */
export function checkEmpty(args: readonly string[]): void {
  if (args.length === 0) return;
  throw new Error(`unrecognized args: [${args.map(quote).join(" ")}]`);
}

/** Returns the id of a relation as Juju's log shows it: `api:3`. */
export function fakeId(
  { model, unit }: HookContext,
  id: number,
): string {
  const relation = agentRelation(model, id);
  const name = relation && endOf(relation, unit.application)?.endpoint.name;
  return `${name ?? ""}:${id}`;
}

/** Resolves a path as the agent does (cmd.Context.AbsPath). */
export function absolutePath(cwd: string, path: string): string {
  return isAbsolute(path) ? path : join(cwd, path);
}

/** Formats a value as `json`, `yaml` or `smart` (cmd output.go). */
export function render(format: string, value: unknown): string {
  if (format === "json") return `${goJson(value)}\n`;
  if (value === undefined || value === null) return "";
  if (format === "smart") {
    if (value === "") return "";
    if (typeof value === "string") return `${value}\n`;
    if (typeof value === "boolean") return value ? "True\n" : "False\n";
    if (Array.isArray(value) && value.every((v) => typeof v === "string")) {
      const lines = value.join("\n");
      return lines === "" ? "" : `${lines}\n`;
    }
  }
  return `${goYaml(value)}\n`;
}
