import assert from "node:assert/strict";
import { parse } from "yaml";
import { errorOf } from "../../lib/outcome.ts";
import { INTERFACES } from "../../lib/relation/mod.ts";
import { PROVIDER_ERROR_CODES, REJECTION_CODES, type Words } from "../../lib/requirer/codes.ts";
import { parseBoundedJson, PROVIDER, REQUIRER } from "../../lib/requirer/databag.ts";
import { LIMITS } from "../../lib/requirer/limits.ts";
import { MAXIMUM_REASON, MAXIMUM_REJECTIONS } from "../../lib/trust/bound_rejections.ts";
import { validator } from "../contract/validate.ts";
import { tables } from "./markdown.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const TEXT = await read("docs/interface-lxd.md");
const HTTPS = await read("docs/interface-lxd-https.md");
const SCHEMAS = {
  provider: JSON.parse(await read("docs/schema/lxd-provider.json")),
  requirer: JSON.parse(await read("docs/schema/lxd-requirer.json")),
};

/** The rows of the tables whose first column has this name, without the marks of code. */
function rowsOf(text: string, column: string): readonly (readonly string[])[][] {
  return tables(text).filter(({ header }) => header[0] === column)
    .map(({ rows }) => rows.map(([first = "", ...rest]) => [first.replaceAll("`", ""), ...rest]));
}

function keysOf(text: string): readonly string[][] {
  return rowsOf(text, "Key").map((rows) => rows.map(([key = ""]) => key));
}

Deno.test("docs/interface-lxd.md lists each code with its meaning and its remedy", () => {
  const rows = (codes: Readonly<Record<string, Words>>) =>
    Object.entries(codes).map(([code, { meaning, remedy }]) => [code, meaning, remedy]);
  assert.deepEqual(rowsOf(TEXT, "Code"), [rows(REJECTION_CODES), rows(PROVIDER_ERROR_CODES)]);
});

Deno.test("docs/interface-lxd.md lists each key of the schemas and of the library", () => {
  const [requirer = [], provider = []] = keysOf(TEXT);
  assert.deepEqual(requirer, Object.keys(REQUIRER));
  assert.deepEqual(provider.toSorted(), Object.keys(PROVIDER).toSorted());
  assert.deepEqual(Object.keys(SCHEMAS.requirer.properties), requirer);
  assert.deepEqual(Object.keys(SCHEMAS.provider.properties).toSorted(), provider.toSorted());
});

Deno.test("docs/interface-lxd-https.md lists each key", () => {
  const [requirer = [], provider = []] = keysOf(HTTPS);
  assert.deepEqual(requirer, INTERFACES.https.keys);
  const written = Object.keys(INTERFACES.https.renderPublication({
    nodes: [],
    registered: new Map(),
    pending: new Set(),
    isClustered: false,
    addresses: [],
    server: { pem: "", der: "", fingerprint: "" as never },
    rejected: [],
    certificates: [],
  }));
  assert.deepEqual(provider.toSorted(), [...written, "provider_error"].toSorted());
});

Deno.test("docs/interface-lxd.md has the limits of the library and of the schema", async () => {
  const [rows = []] = rowsOf(TEXT, "What");
  const numbers = rows.map(([, limit = ""]) => limit.replaceAll(",", "").match(/\d{2,}/g)?.at(-1));
  const signatures = /MAXIMUM_VERIFICATIONS = (\d+);/.exec(await read("lib/trust/chain.ts"))?.[1];
  const { text, certificate, certificates, projects } = LIMITS;
  const lists = 10_000;
  const expected = [text, certificate, certificates, projects, signatures, lists];
  assert.deepEqual(numbers, expected.map(String));
  const listOf = (length: number) => parseBoundedJson(`[${Array(length - 1).fill("[]").join()}]`);
  assert.ok(listOf(lists) !== undefined && listOf(lists + 1) === undefined);
  const { client_certificates, projects: named } = SCHEMAS.requirer.properties;
  assert.deepEqual(
    [client_certificates.contentSchema.maxItems, named.contentSchema.maxItems],
    [certificates, projects],
  );
  assert.deepEqual([client_certificates.maxLength, named.maxLength], [text, text]);
  const prose = TEXT.replaceAll(/\s+/g, " ");
  const bound = `at most ${MAXIMUM_REJECTIONS} rejections for each unit and application, ` +
    `in less than 64 kB, each with a reason of at most ${MAXIMUM_REASON} bytes`;
  assert.ok(prose.includes(bound), bound);
});

Deno.test("the library in Python knows each key, also within the objects", async () => {
  const folder = new URL("interfaces/lxd/src/charmlibs/interfaces/lxd/", ROOT);
  const files = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const modules = await Promise.all(
    files.filter((name) => name.endsWith(".py"))
      .map((name) => Deno.readTextFile(new URL(name, folder))),
  );
  const { provider: { properties } } = SCHEMAS;
  const objects = [
    properties.nodes.contentSchema.items,
    properties.rejected_certificates.contentSchema.items,
    ...properties.certificates.contentSchema.items.oneOf,
    properties.provider_error.contentSchema,
  ];
  const keys = [
    ...Object.keys(REQUIRER),
    ...Object.keys(PROVIDER),
    ...objects.flatMap(({ properties }) => Object.keys(properties)),
  ];
  // The certificates themselves say more than their repetition.
  const unread = ["registered_certificates"];
  const missing = new Set(keys).difference(new Set(unread)).values()
    .filter((key) => !modules.some((text) => text.includes(`"${key}"`)));
  assert.deepEqual([...missing], []);
});

Deno.test("docs/interface-lxd.md has each state, in its table and in its picture", async () => {
  const items: readonly { readonly properties: { readonly state: { readonly const: string } } }[] =
    SCHEMAS.provider.properties.certificates.contentSchema.items.oneOf;
  const states = items.map(({ properties }) => properties.state.const).toSorted();
  const [rows = []] = rowsOf(TEXT, "`state`");
  assert.deepEqual(rows.map(([state]) => state).toSorted(), states);
  const picture = await read("docs/pictures/life-of-a-certificate.dot");
  const shown = Array.from(picture.matchAll(/^ {2}(\w+) -> (\w+)\b/gm), ([, ...ends]) => ends);
  const ends = ["begin", "end"];
  assert.deepEqual(
    [...new Set([...ends, ...shown.flat()])].toSorted(),
    [...ends, ...states].toSorted(),
  );
});

Deno.test("the examples of docs/interface-lxd.md are valid", async () => {
  const [, data = ""] = TEXT.split("\n## Relation Data\n");
  const [requirer = "", provider = ""] = (data.split("\n### What older charms do\n")[0] ?? "")
    .split("\n### Provider\n");
  for (const [part, side] of [[requirer, "requirer"], [provider, "provider"]] as const) {
    const validate = await validator(`lxd-${side}`);
    const blocks = Array.from(part.matchAll(/^```yaml\n([^]*?)^```$/gm), ([, block = ""]) => block);
    assert.ok(blocks.length >= 2, side);
    for (const block of blocks) {
      // The certificates are shortened.
      assert.deepEqual(validate(parse(block.replaceAll("...", "AAAA"))), [], block);
    }
  }
  const { provider_error: text } = parse(/^provider_error: .*$/m.exec(provider)?.[0] ?? "");
  const error = errorOf({ kind: "unreachable", endpoint: "", cause: "" });
  assert.deepEqual(JSON.parse(text), error);
});
