import assert from "node:assert/strict";
import plugin from "./lint.ts";

function lint(path: string, code: string): readonly string[] {
  return Deno.lint.runPlugin(plugin, path, code).map(({ message }) => message);
}

Deno.test.each([
  { path: "lib/plan.ts", code: 'import { a } from "./owner.ts";' },
  { path: "lib/plan.ts", code: 'import * as z from "zod/mini";' },
  { path: "lib/certificate.ts", code: 'import { X } from "node:crypto";' },
  { path: "lib/lxd.ts", code: 'import { a } from "./pinned_fetch.ts";' },
  { path: "lib/lxd.ts", code: 'import https from "node:https"; Deno.env;' },
  { path: "lib/reconcile.ts", code: 'import { plan } from "./plan.ts";' },
  { path: "lib/reconcile.ts", code: 'import type { Lxd } from "./lxd.ts";' },
  { path: "lib/reconcile.ts", code: 'import { apply } from "./apply.ts";' },
  { path: "lib/survey.ts", code: 'import type { Juju } from "./juju.ts";' },
  { path: "lib/hook.ts", code: 'import { a } from "./reconcile.ts";' },
  { path: "hooks/start.ts", code: 'import { hook } from "../lib/hook.ts";' },
  { path: "hooks/start.ts", code: 'import type { A } from "../lib/trust/plan.ts";' },
  { path: "hooks/start.ts", code: 'import { stop } from "../lib/juju/event.ts";' },
  {
    path: "hooks/actions/a.ts",
    code: 'import { a } from "../../lib/hook.ts";',
  },
  { path: "lib/plan_test.ts", code: 'import "./lxd.ts"; Deno.test;' },
  { path: "tests/juju/model.ts", code: 'import "./tools.ts";' },
  { path: "tests/lxd/lxd.ts", code: 'import "../../lib/lxd.ts";' },
  { path: "build/build.ts", code: 'import "node:fs"; Deno.env;' },
])("arrows allows in $path: $code", ({ path, code }) => {
  assert.deepEqual(lint(path, code), []);
});

Deno.test.each([
  { path: "lib/plan.ts", code: 'import { a } from "./lxd.ts";' },
  { path: "lib/plan.ts", code: 'import type { A } from "./lxd.ts";' },
  { path: "lib/plan.ts", code: 'export { a } from "./juju.ts";' },
  { path: "lib/plan.ts", code: 'export * from "./hook.ts";' },
  { path: "lib/plan.ts", code: 'await import("./reconcile.ts");' },
  { path: "lib/plan.ts", code: 'import fs from "node:fs";' },
  { path: "lib/plan.ts", code: 'import { a } from "../build/stub.ts";' },
  { path: "lib/lxd.ts", code: 'import { a } from "./reconcile.ts";' },
  { path: "lib/lxd.ts", code: 'import type { A } from "./hook.ts";' },
  { path: "lib/lxd.ts", code: 'import { a } from "../tests/certificates.ts";' },
  { path: "lib/reconcile.ts", code: 'import { a } from "./lxd.ts";' },
  { path: "lib/reconcile.ts", code: 'import { a } from "node:crypto";' },
  { path: "lib/apply.ts", code: 'import { a } from "./lxd.ts";' },
  { path: "lib/apply.ts", code: 'import { a } from "./reconcile.ts";' },
  { path: "lib/status.ts", code: 'import type { A } from "./apply.ts";' },
  { path: "hooks/start.ts", code: 'import { apply } from "../lib/lxd/apply.ts";' },
  { path: "lib/reconcile.ts", code: 'import * as z from "zod/mini";' },
  { path: "lib/hook.ts", code: 'import { a } from "../hooks/start.ts";' },
  { path: "hooks/start.ts", code: 'import { a } from "../lib/lxd/client.ts";' },
  { path: "hooks/start.ts", code: 'import * as z from "zod/mini";' },
  { path: "hooks/start.ts", code: 'import { a } from "./stop.ts";' },
  { path: "tests/juju/model.ts", code: 'import "../../lib/juju.ts";' },
  { path: "tests/juju/model.ts", code: 'import "../../hooks/start.ts";' },
  { path: "tests/juju/a_test.ts", code: 'import "../lxd/lxd.ts";' },
])("arrows refuses in $path: $code", ({ path, code }) => {
  const specifier = /"(.+)"/.exec(code)?.[1];
  const name = path.replace(/^(lib|hooks)\/|\.ts$/g, "");
  assert.deepEqual(lint(path, code), [
    `Module "${name}" may not import "${specifier}"`,
  ]);
});

Deno.test.each([
  { code: "Deno.env.get(name);", use: "Deno" },
  { code: "type A = Deno.Command;", use: "Deno" },
  { code: "globalThis.Deno;", use: "Deno" },
  { code: 'await fetch("https://example.com");', use: "fetch" },
])("arrows keeps the world out of pure modules: $code", ({ code, use }) => {
  assert.deepEqual(lint("lib/plan.ts", code), [
    `Module "plan" may not use ${use}`,
  ]);
});

Deno.test("arrows refuses a module of lib/ that is in no layer", () => {
  assert.deepEqual(lint("lib/new.ts", "export {};"), [
    'Module "new" is in no layer: add it to MODULES of build/lint.ts',
  ]);
});

Deno.test("arrows knows modules by their whole path", () => {
  const path = new URL("../lib/plan.ts", import.meta.url).pathname;
  assert.deepEqual(lint(path, 'import "./lxd.ts";'), [
    'Module "plan" may not import "./lxd.ts"',
  ]);
});
