/**
 * `deno task schema`: writes `docs/schema/` from the definition of the databags that the charm uses.
 *
 * @module
 */

import * as z from "zod/mini";
import { type Field, type Fields, PROVIDER, REQUIRER } from "../lib/requirer/databag.ts";
import { LIMITS } from "../lib/requirer/limits.ts";

/** The texts of a schema. */
interface Words<T> {
  readonly title: string;
  readonly description: string;
  /** The key that may stand without those that are required. @default {none} */
  readonly alone?: keyof T;
  /** What else holds for the items of a list. @default {nothing} */
  readonly items?: { readonly [N in keyof T]?: object };
  /** The longest text of each key. @default {no limit} */
  readonly maxLength?: number;
  /** A sentence or two for each key. */
  readonly keys: { readonly [N in keyof T]-?: string };
}

/** What each state of a certificate has. */
const STATES = {
  oneOf: [
    { properties: { state: { const: "trusted" } }, required: ["projects"] },
    { properties: { state: { const: "pending" } } },
    { properties: { state: { const: "rejected" } }, required: ["code", "reason"] },
  ],
};

const BESIDE = "Other keys, such as Juju's own, may stand beside these.";

/**
 * Renders the schemas.
 *
 * @returns The content of the files of `docs/schema/`, by name.
 */
export function renderSchemas(): Readonly<Record<string, string>> {
  return {
    "lxd-provider.json": render(PROVIDER, {
      title: "Databag of a provider of the interface lxd",
      alone: "provider_error",
      items: { certificates: STATES },
      description: `What each unit writes, and the leader for the application. ${BESIDE}`,
      keys: {
        version: "Version of the interface, bare. Requirers should take every 1.x.",
        nodes: "The active LXD nodes, each with the fingerprints (SHA-256 of the DER) of this " +
          "relation's certificates that are in the trust store now: the same for every node, sorted.",
        registered_certificates:
          "The same certificates, as their requirers wrote them, in the order of the fingerprints.",
        server_certificate: "The certificate (PEM) that every node presents, to be pinned.",
        rejected_certificates: "What could not be registered, and why; the fingerprint is null " +
          "where the text was no certificate. Former versions wrote no code. Absent when empty.",
        certificates:
          "The state of each certificate of this relation, sorted by fingerprint. Only " +
          "trusted ones have projects (null for all of LXD). Rejected ones, and trusted ones with a " +
          "warning, have a code and a reason. Further states and codes may follow. Absent when empty.",
        provider_error:
          "Why the provider cannot serve. While it is there, the other keys are the " +
          "last known ones, if there are any. Further codes may follow. Absent when all is well.",
      },
    }),
    "lxd-requirer.json": render(REQUIRER, {
      title: "Databag of a requirer of the interface lxd",
      maxLength: LIMITS.text,
      description: "What a unit should write, or the leader for the application. LXD Integrator " +
        `takes several other forms, too. ${BESIDE}`,
      keys: {
        client_certificates:
          "The certificates (PEM, one in each text) that LXD shall trust. Never a private key.",
        projects: "Names of the LXD projects that these certificates shall be restricted to.",
      },
    }),
  };
}

function render<T extends object>(
  keys: Fields<T>,
  { title, description, alone, maxLength, items = {}, ...words }: Words<T>,
): string {
  const entries = Object.entries<Field<unknown>>(keys);
  const required = entries.filter(([, { isOptional }]) => !isOptional).map(([name]) => name);
  const schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    title,
    description,
    type: "object",
    properties: Object.fromEntries(
      entries.map(([name, key]) => [name, {
        description: words.keys[name as keyof T],
        ...schemaOf(key, items[name as keyof T]),
        ...maxLength === undefined ? {} : { maxLength },
      }]),
    ),
    ...alone === undefined ? { required } : { anyOf: [{ required }, { required: [alone] }] },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** Describes a field. Databags hold strings only, so a field with JSON has a schema for its content. */
function schemaOf({ as, schema }: Field<unknown>, items: object | undefined): object {
  const { $schema: _, ...content } = z.toJSONSchema(schema as z.ZodMiniType, { io: "input" });
  if (as === "text") return content;
  const whole = items ? { ...content, items: { ...Object(content.items), ...items } } : content;
  return { type: "string", contentMediaType: "application/json", contentSchema: whole };
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(renderSchemas())) {
    await Deno.writeTextFile(new URL(`../docs/schema/${name}`, import.meta.url), text);
  }
}
