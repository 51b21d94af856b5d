import assert from "node:assert/strict";
import { parse } from "yaml";
import {
  type Certificate,
  type Fingerprint,
  firstCertificate,
} from "../../lib/requirer/certificate.ts";
import type { Databag } from "../../lib/requirer/databag.ts";
import { renderOffer } from "../../lib/requirer/mod.ts";
import { INTERFACES } from "../../lib/relation/mod.ts";
import { createCertificate } from "../certificates.ts";
import { code, tables } from "../documents/markdown.ts";
import { EXAMPLES } from "./examples.ts";
import type { InterfaceName } from "./histories.ts";
import { judge, type Side, validatorOfDocument, yamlBlocks } from "./judge.ts";

const NAMES: readonly InterfaceName[] = ["lxd", "lxd-https"];
const SIDES: readonly Side[] = ["provider", "requirer"];
const { certificate, fingerprint } = await createCertificate();
const SCHEMAS = {
  provider: await readSchema("provider"),
  requirer: await readSchema("requirer"),
};

async function readSchema(side: Side): Promise<{ readonly properties: object }> {
  const url = new URL(`../../docs/schema/lxd-${side}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(url));
}

/** Writes values into a databag: what is no text as JSON. */
function databagOf(values: Readonly<Record<string, unknown>>): Databag {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined).map((
      [name, value],
    ) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

for (const side of SIDES) {
  Deno.test(`lxd: models, schema and validators judge databags of a ${side} alike`, async () => {
    const { base, examples } = EXAMPLES[side];
    const databags = examples.map(({ changes }) => databagOf({ ...base, ...changes }));
    const { verdicts } = await judge("lxd", side, databags);
    const validate = await validatorOfDocument(side);
    for (const [index, { what, isValid }] of examples.entries()) {
      const { pydantic, jsonschema } = verdicts[index] ?? {};
      const ajv = validate(databags[index] ?? {});
      for (const [name, errors] of Object.entries({ pydantic, jsonschema, ajv })) {
        assert.equal(errors?.length === 0, isValid, `${name}, ${what}: ${errors?.join("; ")}`);
      }
    }
  });

  Deno.test(`lxd: the model of a ${side} has the keys of its schema`, async () => {
    const { keys } = await judge("lxd", side, []);
    assert.deepEqual(keys, Object.keys(SCHEMAS[side].properties).sort());
  });
}

for (const spoken of NAMES) {
  const folder = `interfaces/${spoken}/interface/v1`;
  const url = new URL(`../../${folder}/`, import.meta.url);

  Deno.test(`${spoken}: the README of the interface lists the keys of the models, with valid examples`, async () => {
    const found = tables(await Deno.readTextFile(new URL("README.md", url)));
    const examples = (await yamlBlocks(`${folder}/README.md`)) as readonly Sided[];
    for (const [index, side] of SIDES.entries()) {
      const databags = examples.flatMap((example) => Object.values(example[side]?.unit ?? {}));
      assert.notEqual(databags.length, 0);
      const { keys, verdicts } = await judge(spoken, side, databags);
      const listed = found[index]?.rows.map(([name = ""]) => code(name)[0]);
      assert.deepEqual(listed?.sort(), keys);
      for (const verdict of verdicts) assert.deepEqual(verdict.pydantic, []);
    }
  });

  Deno.test(`${spoken}: interface.yaml has the keys of the catalogue`, async () => {
    const described = parse(await Deno.readTextFile(new URL("interface.yaml", url)));
    const { name, version, status, summary, description, providers, requirers, maintainer } =
      described;
    assert.deepEqual([name, version, status], [spoken, 1, "draft"]);
    for (const text of [summary, description, maintainer]) assert.equal(typeof text, "string");
    for (const charm of [...providers, ...requirers]) {
      assert.deepEqual(Object.keys(charm), ["name", "url"]);
    }
  });

  Deno.test(`${spoken}: the models take what this charm and its library write`, async () => {
    const { renderPublication } = INTERFACES[spoken === "lxd" ? "api" : "https"];
    const registered = new Map([[fingerprint as Fingerprint, certificate]]);
    const publication = {
      nodes: [{ endpoint: "https://10.0.0.1:8443", name: "one" }],
      isClustered: true,
      addresses: [],
      pending: new Set<Fingerprint>(),
      server: firstCertificate(certificate) as Certificate,
      registered,
      rejected: [{ unit: "a/0", fingerprint: null, code: "not-certificate", reason: "r" }],
      certificates: [
        { fingerprint, state: "trusted", projects: ["web"], expires_at: null } as const,
      ],
    };
    const written = [publication, { ...publication, registered: new Map(), certificates: [] }].map((
      one,
    ) => Object.entries(renderPublication(one)).filter(([, value]) => value !== ""));
    const provided = await judge(spoken, "provider", written.map((one) => Object.fromEntries(one)));
    assert.deepEqual(provided.verdicts.map(({ pydantic }) => pydantic), [[], []]);
    const offer = spoken === "lxd"
      ? renderOffer({ certificates: [certificate], projects: ["web", "db"] })
      : { version: "1.0", certificate, projects: "web,db" };
    const { verdicts } = await judge(spoken, "requirer", [offer]);
    assert.deepEqual(verdicts[0]?.pydantic, []);
  });

  Deno.test(`${spoken}: the examples of the document are valid`, async () => {
    const found = await yamlBlocks(`docs/interface-${spoken}.md`);
    const databags = (found as readonly Databag[]).filter((block) => !("requires" in block))
      .map((block) =>
        // A document cuts the base64 of some certificates short.
        databagOf(parse(JSON.stringify(block).replaceAll(/(?<=[A-Za-z0-9+/])\.{3}/g, "")))
      );
    const bySide = Object.groupBy(databags, sideOf);
    for (const side of SIDES) {
      const found = bySide[side] ?? [];
      assert.notEqual(found.length, 0, side);
      const { verdicts } = await judge(spoken, side, found);
      for (const { pydantic, jsonschema = [] } of verdicts) {
        assert.deepEqual([pydantic, jsonschema], [[], []]);
      }
    }
  });
}

interface Sided {
  readonly provider?: { readonly unit: Readonly<Record<string, Databag>> };
  readonly requirer?: { readonly unit: Readonly<Record<string, Databag>> };
}

/** Only requirers of `lxd` write `client_certificates`; only those of `lxd-https`, no more than these. */
function sideOf(databag: Databag): Side {
  const keys = Object.keys(databag);
  const isRequirer = keys.includes("client_certificates") ||
    keys.every((name) => ["version", "certificate", "projects"].includes(name));
  return isRequirer ? "requirer" : "provider";
}
