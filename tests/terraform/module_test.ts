/**
 * Compares the Terraform module with charmcraft.yaml, with Canonical's standard for charm modules
 * (CC008), and with its own README.
 */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { tables } from "../documents/markdown.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { blocks, type Labelled, type Module, readModule, unquote } from "./module.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const FOLDER = `${ROOT}/terraform`;
const EXAMPLE = `${FOLDER}/examples/requirer`;

/** What CC008 asks of a charm's module. */
const STANDARD = {
  files: ["main.tf", "outputs.tf", "terraform.tf", "variables.tf"],
  variables: ["app_name", "channel", "config", "constraints", "model_uuid", "revision", "units"],
  outputs: ["application", "provides", "requires"],
} as const;

const module = await readModule(FOLDER);
const declared = parse(await Deno.readTextFile(`${ROOT}/charmcraft.yaml`), { version: "1.1" });
const readme = tables(await Deno.readTextFile(`${FOLDER}/README.md`));
const variables = blocks(module, "variable");
const outputs = blocks(module, "output");

function named(all: readonly Labelled[], ...labels: readonly string[]): Labelled["block"] {
  const found = all.find((one) => one.labels.join() === labels.join());
  assert.ok(found, labels.join(" "));
  return found.block;
}

function names(all: readonly Labelled[]): readonly string[] {
  return all.map(({ labels }) => labels.join("."));
}

/** Returns the quoted texts in an expression. */
function textsOf(expression: unknown): readonly string[] {
  return Array.from(
    JSON.stringify(expression).matchAll(/\\"([^"\\]+)\\"/g),
    ([, text = ""]) => text,
  );
}

function validationOf(variable: string): string {
  const [validation] = named(variables, variable)["validation"] as readonly Labelled["block"][];
  assert.ok(validation);
  return JSON.stringify(validation);
}

Deno.test("the module has the files, variables and outputs of the standard, in its order", () => {
  assert.deepEqual(Object.keys(module), STANDARD.files);
  assert.deepEqual(names(variables), names(variables).toSorted());
  assert.deepEqual(names(outputs), names(outputs).toSorted());
  for (const name of STANDARD.variables) assert.ok(names(variables).includes(name), name);
  for (const name of STANDARD.outputs) assert.ok(names(outputs).includes(name), name);
  for (const { block, labels } of [...variables, ...outputs]) {
    assert.ok(block["description"], labels.join());
  }
});

Deno.test("the module deploys this charm, with all variables", async () => {
  const application = named(blocks(module, "resource"), "juju_application", "lxd_integrator");
  const [charm] = application["charm"] as readonly Labelled["block"][];
  assert.equal(unquote(charm?.["name"]), declared.name);
  const text = await Deno.readTextFile(`${FOLDER}/main.tf`);
  const used = new Set(Array.from(text.matchAll(/\bvar\.(\w+)/g), ([, name]) => name));
  assert.deepEqual([...used].toSorted(), names(variables));
});

Deno.test("the module knows the charm's endpoints", () => {
  const endpointsOf = (output: string) => named(outputs, output)["value"];
  const same = (found: Record<string, unknown> = {}) =>
    Object.fromEntries(Object.keys(found).map((name) => [name.replace("-", "_"), `"${name}"`]));
  assert.deepEqual(endpointsOf("provides"), same(declared.provides));
  assert.deepEqual(endpointsOf("requires"), same(declared.requires));
});

Deno.test("the module takes the charm's options and bases, and no others", () => {
  const options = Object.keys(declared.config.options).toSorted();
  const config = validationOf("config");
  const taken = textsOf(JSON.parse(config)["condition"]);
  assert.deepEqual(taken, options);
  for (const option of options) assert.ok(JSON.parse(config)["error_message"].includes(option));
  const bases = new Set(Object.keys(declared.platforms).map((name) => name.split(":")[0]));
  assert.deepEqual(textsOf(JSON.parse(validationOf("base"))["condition"]), [...bases]);
  assert.ok(bases.has(unquote(named(variables, "base")["default"])));
});

Deno.test("the module hides the options, which may hold a private key", () => {
  const hidden = [named(variables, "config"), named(outputs, "application")];
  assert.deepEqual(hidden.map(({ sensitive }) => sensitive), [true, true]);
});

Deno.test("the README's tables describe the module", () => {
  const [requirements, inputs, values] = readme;
  const [terraform] = module["terraform.tf"]?.["terraform"] ?? [];
  const [providers] = terraform?.["required_providers"] as readonly Record<
    string,
    Labelled["block"]
  >[];
  assert.deepEqual(requirements?.rows, [
    ["terraform", unquote(terraform?.["required_version"])],
    ["juju", unquote(providers?.["juju"]?.["version"])],
  ]);
  assert.deepEqual(
    inputs?.rows,
    variables.map(({ block, labels: [name] }) => [
      name,
      unquote(block["description"]),
      `\`${expression(block["type"])}\``,
      "default" in block ? `\`${rendered(block["default"])}\`` : "",
      "default" in block ? "no" : "yes",
    ]),
  );
  assert.deepEqual(
    values?.rows,
    outputs.map(({ block, labels: [name] }) => [name, unquote(block["description"])]),
  );
});

/** The parser marks an expression that is no text. */
function expression(value: unknown): string {
  return String(value).replace(/^\$\{(.*)\}$/, "$1");
}

function rendered(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

Deno.test("the example uses the module as it is", async () => {
  const example: Module = await readModule(EXAMPLE);
  const used = named(blocks(example, "module"), "lxd_integrator");
  assert.equal(await Deno.realPath(`${EXAMPLE}/${unquote(used["source"])}`), FOLDER);
  const given = Object.keys(used).filter((key) => key !== "source" && !key.startsWith("__"));
  const required = variables.filter(({ block }) => !("default" in block));
  for (const name of given) assert.ok(names(variables).includes(name), name);
  for (const name of names(required)) assert.ok(given.includes(name), name);
  const files = ["main.tf", "cos.tf"].map((name) => Deno.readTextFile(`${EXAMPLE}/${name}`));
  const text = (await Promise.all(files)).join("");
  for (const [, output = "", key] of text.matchAll(/module\.lxd_integrator\.(\w+)(?:\.(\w+))?/g)) {
    const value = named(outputs, output)["value"];
    if (key !== undefined) assert.ok(Object.hasOwn(value as object, key), `${output}.${key}`);
  }
  const variablesUsed = new Set(Array.from(text.matchAll(/\bvar\.(\w+)/g), ([, name]) => name));
  assert.deepEqual([...variablesUsed].toSorted(), names(blocks(example, "variable")));
});

Deno.test("a module that is no HCL is refused", async () => {
  const folder = await makeTemporaryFolder({ prefix: "terraform-" });
  try {
    await Deno.writeTextFile(`${folder}/main.tf`, 'resource "a" {');
    await assert.rejects(readModule(folder), /^Error: Cannot parse the module in /);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
