import assert from "node:assert/strict";
import { parse } from "yaml";
import { actionOf } from "../harness/in_process.ts";
import { code, tables } from "./markdown.ts";

const ROOT = new URL("../../", import.meta.url);
const TABLES = tables(await Deno.readTextFile(new URL("docs/actions.md", ROOT)));

/** The declaration of an action in charmcraft.yaml. */
interface Declared {
  readonly additionalProperties?: boolean;
  readonly params?: Readonly<Record<string, { readonly type: string; readonly default?: unknown }>>;
}

const { actions }: { readonly actions: Readonly<Record<string, Declared>> } = parse(
  await Deno.readTextFile(new URL("charmcraft.yaml", ROOT)),
);

const PARAMETERS = Object.entries(actions).flatMap(([action, { params = {} }]) =>
  Object.entries(params).map(([name, parameter]) => ({ action, name, ...parameter }))
);

Deno.test("the document lists each action of charmcraft.yaml, and no other", () => {
  const listed = rows("Action", "What it does").map(([action = ""]) => code(action)[0]);
  assert.deepEqual(listed.sort(), Object.keys(actions).sort());
});

Deno.test("the document lists each parameter with its default, and no other", () => {
  const listed = rows("Action", "Parameter")
    .map(([action = "", parameter = "", value = ""]) =>
      [action, parameter, value].map((cell) => code(cell)[0] ?? "").join(" ")
    );
  const declared = PARAMETERS.map(({ action, name, default: value }) =>
    `${action} ${name} ${value ?? ""}`
  );
  assert.deepEqual(listed.sort(), declared.sort());
});

Deno.test("each action reads the parameters that charmcraft.yaml declares, and Juju refuses others", async () => {
  for (const [name, { additionalProperties, params = {} }] of Object.entries(actions)) {
    assert.ok(additionalProperties === false, name);
    const { parameters } = await actionOf(name);
    const read = Object.entries<{ readonly default: unknown }>(parameters)
      .map(([key, parameter]) => [key, parameter.default ?? undefined]);
    const declared = Object.entries(params).map(([key, parameter]) => [key, parameter.default]);
    assert.deepEqual(read.sort(), declared.sort(), name);
  }
});

// tests/harness/actions.ts finds a result that the document lacks, in each scenario.
Deno.test("the document lists no result that no action has", async () => {
  const sources = await Promise.all(
    ["lib/action/", "lib/juju/"].map(async (folder) => {
      const url = new URL(folder, ROOT);
      const names = await Array.fromAsync(Deno.readDir(url), ({ name }) => name);
      return await Promise.all(names.map((name) => Deno.readTextFile(new URL(name, url))));
    }),
  );
  const source = sources.flat().join("");
  for (const [action = "", result = ""] of rows("Action", "Result")) {
    assert.ok(code(action)[0] as string in actions, action);
    const key = code(result)[0]?.split(".").at(-1) ?? "";
    assert.match(source, new RegExp(`\\b${key}\\b`), result);
  }
});

Deno.test("the document lists the steps of the action check", async () => {
  const source = await Promise.all(
    ["check.ts", "check_juju.ts"].map((name) =>
      Deno.readTextFile(new URL(`lib/action/${name}`, ROOT))
    ),
  );
  const taken = source.join("").matchAll(/\bstep\(["`]([a-z]+)(-\$\{[^}]*\})?/g);
  const steps = Array.from(taken, ([, step = "", number]) => number ? `${step}-N` : step);
  const listed = rows("Step", "What is checked").map(([step = ""]) => code(step)[0]);
  assert.deepEqual(listed, steps);
});

/** The rows of the table with these headers. */
function rows(first: string, second: string): readonly (readonly string[])[] {
  const found = TABLES.find(({ header }) => header[0] === first && header[1] === second);
  assert.ok(found, `docs/actions.md has no table of "${first}" and "${second}"`);
  return found.rows;
}
