/**
 * The contents of metadata.yaml, config.yaml and actions.yaml, as `charmcraft pack` (4.5) writes them from
 * `charmcraft.yaml`.
 *
 * @module
 */

import * as z from "zod/mini";
import { BuildError } from "./error.ts";

/** A mapping in YAML. */
export type Mapping = Readonly<Record<string, unknown>>;

/** The fields of `charmcraft.yaml` that the build reads; `all` has the rest. */
export interface Charmcraft {
  /** Name of the charm. */
  readonly name: string;
  /** Base of all platforms, such as `ubuntu@24.04`; undefined if the platforms name their bases. */
  readonly base?: string | undefined;
  /** Platforms by name. */
  readonly platforms: Readonly<Record<string, Platform | null>>;
  /** Actions by name. */
  readonly actions?: Mapping | undefined;
  /** All fields, unchanged. */
  readonly all: Mapping;
}

/** A platform of `charmcraft.yaml`. */
export interface Platform {
  /** Target of the platform, such as `amd64` or `ubuntu@24.04:amd64`. */
  readonly "build-for"?: string | readonly string[] | undefined;
}

const Text = z.string().check(z.minLength(1));
const Fields = z.record(z.string(), z.unknown());
const BuildFor = z.object({
  "build-for": z.optional(z.union([z.string(), z.array(z.string())])),
});
const Wire = z.looseObject({
  type: z.literal("charm"),
  name: Text,
  summary: Text,
  description: Text,
  base: z.optional(Text),
  platforms: z.record(z.string(), z.nullable(BuildFor)),
  actions: z.optional(Fields),
  config: z.optional(Fields),
  links: z.optional(Fields),
});

// These fields have the same name in metadata.yaml, according to charmcraft's own model of it.
const METADATA = [
  "name",
  "summary",
  "description",
  "assumes",
  "charm-user",
  "containers",
  "devices",
  "extra-bindings",
  "peers",
  "provides",
  "requires",
  "resources",
  "storage",
  "subordinate",
  "terms",
];
const LINKS = {
  contact: "maintainers",
  documentation: "docs",
  issues: "issues",
  source: "source",
  website: "website",
};

/**
 * Reads `charmcraft.yaml`.
 *
 * @param value The parsed YAML.
 * @throws {BuildError} If a field that every charm has is missing or malformed.
 */
export function parseCharmcraft(value: unknown): Charmcraft {
  const { data, error } = z.safeParse(Wire, value);
  if (data === undefined) {
    const wrong = error.issues.map(({ path }) => path.join(".") || "all of it");
    throw new BuildError(
      `Cannot read charmcraft.yaml: missing or malformed: ${wrong.join(", ")}`,
    );
  }
  const { name, base, platforms, actions } = data;
  return { name, base, platforms, actions, all: data };
}

/**
 * Creates the content of metadata.yaml.
 */
export function metadata({ all }: Charmcraft): Mapping {
  const links = (all["links"] ?? {}) as Mapping;
  const contact = links["contact"];
  return present({
    ...Object.fromEntries(METADATA.map((key) => [key, all[key]])),
    "display-name": all["title"],
    ...Object.fromEntries(
      Object.entries(LINKS).map(([from, to]) => [to, links[from]]),
    ),
    maintainers: typeof contact === "string" ? [contact] : contact,
  });
}

/**
 * Creates the content of config.yaml.
 *
 * @returns The content; undefined if the charm has no options.
 */
export function config({ all }: Charmcraft): Mapping | undefined {
  return notEmpty(all["config"] as Mapping | undefined);
}

/**
 * Creates the content of actions.yaml.
 *
 * @returns The content; undefined if the charm has no actions.
 */
export function actions(charmcraft: Charmcraft): Mapping | undefined {
  return notEmpty(charmcraft.actions);
}

function present(mapping: Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(mapping).filter(([, value]) => value !== undefined && value !== null),
  );
}

function notEmpty(mapping: Mapping | undefined): Mapping | undefined {
  return mapping && Object.keys(mapping).length > 0 ? mapping : undefined;
}
