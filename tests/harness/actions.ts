/**
 * Runs actions of the charm, and checks the promises that hold for each.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ActionResult } from "../juju/mod.ts";
import { code, tables } from "../documents/markdown.ts";
import { UNIT } from "./charm.ts";
import type { Deployment } from "./deployment.ts";

/** Results of an action, as `juju run --format=json` shows them. */
// deno-lint-ignore no-explicit-any -- Tests read into it; a wrong path fails the test.
export type Shown = any;

/** An action that ended. */
export interface Ended extends Pick<ActionResult, "status" | "message" | "log"> {
  /** Its results, without those that Juju adds. */
  readonly results: Shown;
}

/** An action to run. */
export interface Request {
  /** The parameters. @default {none} */
  readonly params?: Readonly<Record<string, unknown>>;
  /** The unit. @default {the first unit} */
  readonly unit?: string;
}

// The results of all actions, as the document lists them.
const DOCUMENTED: ReadonlySet<string> = new Set(
  tables(await Deno.readTextFile(new URL("../../docs/actions.md", import.meta.url)))
    .filter(({ header }) => header[1] === "Result").flatMap(({ rows }) => rows)
    .map(([action = "", result = ""]) => [action, result].flatMap(code).join(" ")),
);

// Juju shows the results in a terminal, and keeps them in its database.
const MAXIMUM_RESULT = 200_000;

/**
 * Runs an action. Its process succeeds and prints nothing, and nothing that it shows is a key or a
 * certificate.
 */
export async function runAction(
  { model, credential }: Pick<Deployment, "model" | "credential">,
  name: string,
  { params = {}, unit = UNIT }: Request = {},
): Promise<Ended> {
  const { stdout, stderr, ...ended } = await model.runAction(unit, name, params);
  assert.deepEqual({ stdout, stderr }, { stdout: "", stderr: "" });
  const text = JSON.stringify(ended);
  assert.ok(text.length <= MAXIMUM_RESULT, `${text.length} characters`);
  assert.doesNotMatch(text, /BEGIN|PRIVATE|-----/);
  for (const pem of [credential.certificate, credential.key]) {
    const lines = pem.split("\n").filter((line) => line.length > 30 && !line.includes("-----"));
    for (const line of lines) assert.ok(!text.includes(line), "a line of a PEM is shown");
  }
  const { "return-code": exitCode, ...results } = ended.results;
  assert.equal(exitCode, 0);
  const unknown = new Set(keysOf(results).map((key) => `${name} ${key}`)).difference(DOCUMENTED);
  assert.deepEqual([...unknown], [], "results that docs/actions.md lacks");
  assert.equal(ended.message === "", ended.status === "completed");
  return { ...ended, results };
}

/** Names the results, those of rows with a star in place of the row's number. */
function keysOf(results: Shown): readonly string[] {
  return Object.entries<Shown>(results).flatMap(([key, value]) => {
    const name = /^\d+(-|$)/.test(key) ? "*" : key;
    return typeof value === "object" ? keysOf(value).map((rest) => `${name}.${rest}`) : [name];
  });
}

/** Runs an action that must succeed, and returns its results. */
export async function completed(
  deployment: Pick<Deployment, "model" | "credential">,
  name: string,
  request: Request = {},
): Promise<Shown> {
  const { status, message, results } = await runAction(deployment, name, request);
  assert.equal(status, "completed", message);
  return results;
}

/** Runs an action that must fail, and returns why it did. */
export async function failed(
  deployment: Pick<Deployment, "model" | "credential">,
  name: string,
  request: Request = {},
): Promise<string> {
  const { status, message } = await runAction(deployment, name, request);
  assert.equal(status, "failed");
  return message;
}
