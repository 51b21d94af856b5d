import assert from "node:assert/strict";
import { circlesIn } from "./circles.ts";
import plugin from "./lint.ts";
import { LAYERS } from "./lint_layers.ts";

const ROOT = new URL("..", import.meta.url).pathname;

function lint(path: string, code: string): readonly string[] {
  return Deno.lint.runPlugin(plugin, path, code).map(({ message }) => message);
}

Deno.test("no layer imports itself through others", () => {
  const names = Object.keys(LAYERS);
  const imports = new Map(
    Object.entries(LAYERS).map(([name, row]) => [
      name,
      names.filter((other) => other !== name && row.imports.includes(other)),
    ]),
  );
  assert.deepEqual(circlesIn(imports), []);
});

Deno.test("every folder and file that a layer imports is a layer, or is in one", () => {
  const names = Object.keys(LAYERS);
  const imports = new Set(Object.values(LAYERS).flatMap((row) => row.imports));
  const unknown = [...imports].filter((path) => {
    return !names.some((name) => path === name || path.startsWith(`${name}/`));
  });
  assert.deepEqual(unknown, []);
});

Deno.test.each([
  { path: "lib/async/a.ts", code: 'import { b } from "./b.ts";' },
  { path: "lib/requirer/a.ts", code: 'import { b } from "./b.ts";' },
  { path: "lib/requirer/a.ts", code: 'import { X } from "node:crypto";' },
  { path: "lib/requirer/a.ts", code: 'import * as z from "zod/mini";' },
  { path: "lib/requirer/pinned_fetch.ts", code: 'import { request } from "node:https";' },
  { path: "lib/requirer/pinned_fetch.ts", code: 'await fetch("https://example.com");' },
  { path: "lib/requirer/presented.ts", code: 'import { connect } from "node:tls";' },
  { path: "lib/trust/a.ts", code: 'import { b } from "../requirer/b.ts";' },
  { path: "lib/relation/a.ts", code: 'import { b } from "../trust/b.ts";' },
  { path: "lib/credential/a.ts", code: 'import { b } from "../requirer/b.ts";' },
  { path: "lib/lxd/a.ts", code: 'import { b } from "../trust/b.ts";' },
  { path: "lib/lxd/request.ts", code: 'await fetch("https://example.com");' },
  { path: "lib/juju/a.ts", code: 'import type { B } from "../credential/b.ts";' },
  { path: "lib/juju/hook_tools.ts", code: "new Deno.Command(tool);" },
  { path: "lib/status.ts", code: 'import type { Outcome } from "./outcome.ts";' },
  { path: "lib/reconcile.ts", code: 'import { a } from "./lxd/a.ts";' },
  { path: "lib/reconcile.ts", code: 'import { a } from "./juju/a.ts";' },
  { path: "lib/hook.ts", code: 'import { reconcile } from "./reconcile.ts"; Deno.exit();' },
  { path: "hooks/start.ts", code: 'import { hook } from "../lib/hook.ts";' },
  { path: "hooks/start.ts", code: 'import { stop } from "../lib/juju/event.ts";' },
  { path: "actions/check.ts", code: 'import { check } from "../lib/action/check.ts";' },
  { path: "lib/action/a.ts", code: 'import { hook } from "../hook.ts";' },
  { path: "lib/action/reach.ts", code: 'import { connect } from "node:net";' },
  { path: "lib/trust/a_test.ts", code: 'import "../lxd/b.ts"; import "node:fs"; Deno.test;' },
  { path: "lib/a_test.ts", code: 'import "../tests/certificates.ts";' },
  { path: "tests/juju/model.ts", code: 'import "./tools.ts"; import "node:fs"; Deno.env;' },
  { path: "tests/lxd/lxd.ts", code: 'import { createModel } from "../juju/mod.ts";' },
  { path: "tests/lxd/lxd.ts", code: 'import "../../lib/lxd/a.ts";' },
  { path: "build/build.ts", code: 'import "node:fs"; import "yaml"; Deno.env;' },
])("arrows allows in $path: $code", ({ path, code }) => {
  assert.deepEqual(lint(path, code), []);
});

Deno.test.each([
  { path: "lib/async/a.ts", code: 'import { b } from "../requirer/b.ts";' },
  { path: "lib/requirer/a.ts", code: 'import { b } from "../trust/b.ts";' },
  { path: "lib/requirer/a.ts", code: 'import https from "node:https";' },
  { path: "lib/trust/a.ts", code: 'import { b } from "../lxd/b.ts";' },
  { path: "lib/trust/a.ts", code: 'import type { B } from "../relation/b.ts";' },
  { path: "lib/trust/a.ts", code: 'export { b } from "../juju/b.ts";' },
  { path: "lib/trust/a.ts", code: 'export * from "../hook.ts";' },
  { path: "lib/trust/a.ts", code: 'await import("../reconcile.ts");' },
  { path: "lib/trust/a.ts", code: 'import fs from "node:fs";' },
  { path: "lib/trust/a.ts", code: 'import * as z from "zod/mini";' },
  { path: "lib/trust/a.ts", code: 'import { b } from "../../build/stub.ts";' },
  { path: "lib/trust/a.ts", code: 'import { b } from "../trust_b/b.ts";' },
  { path: "lib/relation/a.ts", code: 'import { b } from "../credential/b.ts";' },
  { path: "lib/relation/a.ts", code: 'import { X } from "node:crypto";' },
  { path: "lib/credential/a.ts", code: 'import { b } from "../relation/b.ts";' },
  { path: "lib/lxd/a.ts", code: 'import { b } from "../juju/b.ts";' },
  { path: "lib/lxd/a.ts", code: 'import { b } from "../relation/b.ts";' },
  { path: "lib/lxd/a.ts", code: 'import { b } from "../../tests/certificates.ts";' },
  { path: "lib/juju/a.ts", code: 'import type { B } from "../lxd/b.ts";' },
  { path: "lib/juju/a.ts", code: 'import yaml from "yaml";' },
  { path: "lib/outcome.ts", code: 'import type { A } from "./juju/a.ts";' },
  { path: "lib/status.ts", code: 'import type { A } from "./lxd/a.ts";' },
  { path: "lib/reconcile.ts", code: 'import { A } from "node:crypto";' },
  { path: "lib/reconcile.ts", code: 'import * as z from "zod/mini";' },
  { path: "lib/reconcile.ts", code: 'import { hook } from "./hook.ts";' },
  { path: "lib/hook.ts", code: 'import { a } from "../hooks/start.ts";' },
  { path: "hooks/start.ts", code: 'import { a } from "../lib/lxd/a.ts";' },
  { path: "hooks/start.ts", code: 'import { a } from "../lib/juju/a.ts";' },
  { path: "hooks/start.ts", code: 'import * as z from "zod/mini";' },
  { path: "hooks/start.ts", code: 'import { a } from "./stop.ts";' },
  { path: "actions/check.ts", code: 'import { a } from "../lib/hook.ts";' },
  { path: "lib/action/a.ts", code: 'import { connect } from "node:net";' },
  { path: "lib/hook.ts", code: 'import { a } from "./action/a.ts";' },
  { path: "tests/juju/model.ts", code: 'import "../../lib/juju/a.ts";' },
  { path: "tests/juju/model.ts", code: 'import "../../hooks/start.ts";' },
  { path: "tests/juju/model.ts", code: 'import "../../build/pack.ts";' },
  { path: "tests/juju/agent/a_test.ts", code: 'import "../../lxd/lxd.ts";' },
  { path: "tests/lxd/lxd.ts", code: 'import type { Model } from "../juju/model/api.ts";' },
  { path: "tests/lxd/a_test.ts", code: 'import { sampleCharm } from "../juju/testing/a.ts";' },
  { path: "lib/juju/a.ts", code: 'import { createModel } from "../../tests/juju/mod.ts";' },
])("arrows refuses in $path: $code", ({ path, code }) => {
  const specifier = /"(.+)"/.exec(code)?.[1];
  assert.deepEqual(lint(path, code), [
    `${path} may not import "${specifier}": see LAYERS in build/lint_layers.ts`,
  ]);
});

Deno.test.each([
  { path: "lib/trust/a.ts", code: "Deno.env.get(name);", use: "Deno" },
  { path: "lib/trust/a.ts", code: "type A = Deno.Command;", use: "Deno" },
  { path: "lib/reconcile.ts", code: "globalThis.Deno;", use: "Deno" },
  { path: "lib/juju/a.ts", code: "Deno.env;", use: "Deno" },
  { path: "hooks/start.ts", code: "Deno.env;", use: "Deno" },
  { path: "lib/lxd/a.ts", code: 'await fetch("https://example.com");', use: "fetch" },
])("arrows keeps the outside world out of $path: $code", ({ path, code, use }) => {
  assert.deepEqual(lint(path, code), [
    `${path} may not use ${use}: see ADAPTERS in build/lint_layers.ts`,
  ]);
});

Deno.test.each([{ path: "lib/new.ts" }, { path: "lib/new/a.ts" }])(
  "arrows refuses $path, which is in no layer",
  ({ path }) => {
    assert.deepEqual(lint(path, "export {};"), [
      `${path} is in no layer: add its folder to LAYERS in build/lint_layers.ts`,
    ]);
  },
);

Deno.test("arrows knows modules by their whole path", () => {
  assert.deepEqual(lint(`${ROOT}lib/trust/a.ts`, 'import "../lxd/b.ts";'), [
    'lib/trust/a.ts may not import "../lxd/b.ts": see LAYERS in build/lint_layers.ts',
  ]);
});
