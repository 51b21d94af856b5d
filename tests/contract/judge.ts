/**
 * Judges databags as others do: by the models of `interfaces/<interface>/interface/v1/schema.py`,
 * and by the two validators of `docs/validate.md`.
 *
 * @module
 */
import { parse } from "yaml";
import type { Databag } from "../../lib/requirer/databag.ts";
import { run } from "../artifact/process.ts";
import { ensureVirtualEnvironment } from "../pypi.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import type { InterfaceName } from "./histories.ts";

const ROOT = new URL("../../", import.meta.url);
const REQUIREMENTS = [
  "pytest-interface-tester==3.4.1",
  "pydantic==2.14.4",
  "jsonschema==4.26.0",
];

/** The sides of an interface. */
export type Side = "provider" | "requirer";

/** The errors of one databag by each judge. An empty list means that it is valid. */
export interface Verdict {
  /** Of the model. */
  readonly pydantic: readonly string[];
  /** Of the validator in Python. Undefined for an interface without a JSON Schema. */
  readonly jsonschema: readonly string[] | undefined;
}

/** The verdicts of the judges in Python. */
export interface Verdicts {
  /** The keys of the model, sorted. */
  readonly keys: readonly string[];
  /** A verdict for each databag. */
  readonly verdicts: readonly Verdict[];
}

/** Judges databags of one side. */
export async function judge(
  spoken: InterfaceName,
  side: Side,
  databags: readonly Databag[],
): Promise<Verdicts> {
  const python = await ensureVirtualEnvironment("interface", REQUIREMENTS);
  const hasSchema = spoken === "lxd";
  const request = {
    models: pathOf(`interfaces/${spoken}/interface/v1/schema.py`),
    model: side === "provider" ? "ProviderData" : "RequirerData",
    databags,
    ...hasSchema && { schema: pathOf(`docs/schema/lxd-${side}.json`) },
    ...hasSchema && { validator: await writeBlock("python", "validator.py") },
  };
  const { code, out, err } = await run(
    [python, pathOf("tests/contract/judge.py")],
    { stdin: JSON.stringify(request) },
  );
  if (code !== 0) throw new Error(`Cannot judge databags: ${err}`);
  const { keys, pydantic, jsonschema } = JSON.parse(out);
  const verdicts = databags.map((_, index) => {
    return { pydantic: pydantic[index], jsonschema: jsonschema?.[index] };
  });
  return { keys, verdicts };
}

/** Returns the validator in JavaScript of the document, for the interface `lxd`. */
export async function validatorOfDocument(
  side: Side,
): Promise<(databag: Databag) => readonly string[]> {
  const code = await blockOf("js");
  const { errorsOf } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const text = await Deno.readTextFile(pathOf(`docs/schema/lxd-${side}.json`));
  const schema = JSON.parse(text);
  return (databag) => errorsOf(databag, schema);
}

/** Reads the blocks of YAML in a document. */
export async function yamlBlocks(path: string): Promise<readonly unknown[]> {
  return blocks(await Deno.readTextFile(pathOf(path)), "yaml").map((block) => parse(block));
}

async function writeBlock(language: string, name: string): Promise<string> {
  const path = `${await makeTemporaryFolder()}/${name}`;
  await Deno.writeTextFile(path, await blockOf(language));
  return path;
}

async function blockOf(language: string): Promise<string> {
  const [block] = blocks(await Deno.readTextFile(pathOf("docs/validate.md")), language);
  if (block === undefined) throw new Error(`Cannot find code in ${language}: there is no block`);
  return block;
}

function blocks(text: string, language: string): readonly string[] {
  const found = text.matchAll(/^```(\w+)\n([^]*?)^```$/gm);
  return Array.from(found).flatMap(([, name, block = ""]) => name === language ? [block] : []);
}

function pathOf(path: string): string {
  return new URL(path, ROOT).pathname;
}
