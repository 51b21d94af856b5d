/**
 * Validates databags with `docs/schema/` and a common JSON Schema validator.
 *
 * @module
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Databag } from "../../lib/requirer/databag.ts";

/** Returns the errors of a databag. The list is empty for a valid databag. */
export type Validate = (databag: Databag) => readonly string[];

interface Property {
  readonly contentMediaType?: string;
  readonly contentSchema?: object;
}

/**
 * Reads a schema, and returns its validator.
 */
export async function validator(name: "lxd-provider" | "lxd-requirer"): Promise<Validate> {
  const url = new URL(`../../docs/schema/${name}.json`, import.meta.url);
  const schema: { readonly properties: Readonly<Record<string, Property>> } = JSON.parse(
    await Deno.readTextFile(url),
  );
  const databags = compile(schema);
  const contents = Object.entries(schema.properties).flatMap(([key, property]) => {
    const { contentMediaType, contentSchema } = property;
    if (contentMediaType !== "application/json" || !contentSchema) return [];
    return [[key, compile(contentSchema)] as const];
  });
  return (databag) => [
    ...databags(databag),
    // `contentSchema` is an annotation, so a validator does not apply it. The text must be parsed.
    ...contents.flatMap(([key, validate]) => {
      const text = databag[key];
      return text === undefined ? [] : validate(JSON.parse(text)).map((error) => `${key}${error}`);
    }),
  ];
}

function compile(schema: object): (value: unknown) => readonly string[] {
  // The schemas require properties in a branch that does not define them again.
  const options = { strict: true, strictRequired: false, allErrors: true };
  const validate = new Ajv2020(options).compile(schema);
  return (value) => {
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}
