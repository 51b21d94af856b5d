/**
 * What a hook tool is made of.
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
  /** Options that were given, without their hyphens. */
  readonly flags: ReadonlyMap<string, string>;
  readonly args: readonly string[];
  /** Directory of the caller; relative files are looked up in it. */
  readonly cwd: string;
  /** Reads standard input to its end; only who calls this touches it. */
  readonly stdin: () => Promise<string>;
  /** Prints text as it is. */
  readonly print: (text: string) => void;
  /** Prints a value in the format that was asked for. */
  readonly write: (value: unknown) => Promise<void>;
  /** Writes to standard error, without failing. */
  readonly warn: (text: string) => void;
}

/**
 * A hook tool.
 *
 * What `prepare` throws is an argument error (exit 2), what the function that
 * it returns throws is an error while running (exit 1).
 */
export interface Tool {
  readonly flags: (context: HookContext) => FlagSpecs;
  /** Format unless `--format` says otherwise, if the tool has that option. */
  readonly format?: "smart" | "yaml";
  readonly prepare: (call: Call) => () => void | Promise<void>;
}

/** Gives the options of a tool that prints a value. */
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

/** Gives the options `-r` and `--relation`. */
export function relationFlags(context: HookContext): FlagSpecs {
  const check: Check = (value) => {
    const id = parseRelationId(value);
    if (id === undefined) throw new Error("invalid relation id");
    if (!context.relations.has(id)) throw new Error("relation not found");
  };
  return { r: check, relation: check };
}

/** The endpoint before the colon is thrown away (relationIdValue.Set). */
function parseRelationId(value: string): number | undefined {
  const digits = value.slice(value.lastIndexOf(":") + 1);
  return /^[+-]?\d+$/.test(digits) ? Number(digits) : undefined;
}

/** Gives the relation that was asked for, or that of the hook. */
export function relationId({ context, flags }: Call): number | undefined {
  const value = flags.get("relation") ?? flags.get("r");
  return value === undefined ? context.hook?.relationId : parseRelationId(value);
}

/** Finds that relation, at argument time. */
export function relationOf(call: Call): ContextRelation {
  const id = relationId(call);
  const relation = id === undefined ? undefined : call.context.relations.get(id);
  if (relation) return relation;
  throw new Error("no relation id specified");
}

/** Refuses arguments that nobody reads (cmd.CheckEmpty). */
export function checkEmpty(args: readonly string[]): void {
  if (args.length === 0) return;
  throw new Error(`unrecognized args: [${args.map(quote).join(" ")}]`);
}

/** Gives the id of a hook's relation, as the log shows it: `api:3`. */
export function fakeId(
  { model, unit }: HookContext,
  id: number,
): string {
  const relation = agentRelation(model, id);
  const name = relation && endOf(relation, unit.application)?.endpoint.name;
  return `${name ?? ""}:${id}`;
}

/** Resolves a path as the agent would (cmd.Context.AbsPath). */
export function absolutePath(cwd: string, path: string): string {
  return isAbsolute(path) ? path : join(cwd, path);
}

/** Renders a value (cmd output.go). */
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
