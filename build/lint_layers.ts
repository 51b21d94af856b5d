/**
 * The lint rule `arrows`: what a module may import and use. Each folder is a layer, and has one row
 * in the table below.
 *
 * @module
 */

import { pathOf } from "./lint_path.ts";

/** The imports and uses that a layer's modules may have. An absent list is empty. Tests may import anything. */
interface Row extends Adapter {
  /** Folders and files of the project. */
  readonly imports: readonly string[];
  /** Packages. */
  readonly packages?: readonly string[];
}

/** A use of the system. */
interface Adapter {
  /** Modules of Node. */
  readonly builtins?: readonly string[];
  /** Names that reach the outside world: `Deno`, `fetch`. */
  readonly globals?: readonly string[];
}

const ZOD = ["zod/mini"];
// X509Certificate of node:crypto computes; it reads nothing.
const CRYPTO = ["node:crypto"];
const REQUIRER = "lib/requirer";
const TRUST = ["lib/trust", REQUIRER];
const RELATION = ["lib/relation", ...TRUST];
const CREDENTIAL = ["lib/credential", ...TRUST];
const LXD = ["lib/lxd", "lib/async", ...CREDENTIAL];
const JUJU = ["lib/juju", "lib/relation", ...CREDENTIAL];
const OUTCOME = ["lib/outcome.ts"];
const STATUS = ["lib/status.ts", "lib/explanation.ts"];
const KEEP = ["lib/leadership.ts", ...LXD, ...JUJU];
const RECONCILE = [...OUTCOME, "lib/keep_own.ts", "lib/serve_collectors.ts", ...KEEP];

/** The layers, each above those that it imports: folders, and the files right in `lib/`. */
export const LAYERS: Readonly<Record<string, Row>> = {
  "lib/async": { imports: ["lib/async"] },
  "lib/requirer": { imports: [REQUIRER], packages: ZOD, builtins: CRYPTO },
  "lib/trust": { imports: TRUST, builtins: CRYPTO },
  "lib/relation": { imports: RELATION, packages: ZOD },
  "lib/credential": { imports: CREDENTIAL, packages: ZOD, builtins: CRYPTO },
  "lib/lxd": { imports: LXD, packages: ZOD },
  "lib/juju": { imports: JUJU, packages: ZOD },
  "lib/outcome.ts": { imports: ["lib/credential", "lib/lxd", ...TRUST] },
  "lib/status.ts": { imports: [...OUTCOME, ...CREDENTIAL] },
  "lib/explanation.ts": { imports: [...OUTCOME, "lib/status.ts", REQUIRER] },
  "lib/leadership.ts": { imports: ["lib/juju", "lib/lxd", "lib/async"] },
  "lib/keep_own.ts": { imports: KEEP },
  "lib/serve_collectors.ts": { imports: KEEP },
  "lib/reconcile.ts": { imports: RECONCILE },
  "lib/hook.ts": { imports: [...RECONCILE, ...STATUS, "lib/reconcile.ts"] },
  "lib/action": {
    imports: ["lib/action", "lib/hook.ts", ...STATUS, "lib/reconcile.ts", ...RECONCILE],
  },
  "actions": { imports: ["lib/action"] },
  "hooks": { imports: ["lib/hook.ts", "lib/juju/event.ts"] },
};

/** The few modules that touch the outside world, with what they may use beside the rest of their layer. */
const ADAPTERS: Readonly<Record<string, Adapter>> = {
  "lib/action/reach.ts": { builtins: ["node:net"] },
  "lib/hook.ts": { globals: ["Deno"] },
  "lib/juju/hook_tools.ts": { globals: ["Deno"] },
  "lib/lxd/request.ts": { globals: ["fetch"] },
  "lib/requirer/pinned_fetch.ts": {
    builtins: ["node:http", "node:https", "node:net", "node:process", "node:tls"],
    globals: ["fetch"],
  },
  "lib/requirer/presented.ts": { builtins: ["node:tls"] },
};

/** The Juju model is a library: it imports nothing of this project, which imports only its mod.ts. */
const JUJU_MODEL = "tests/juju";

/** A module imports what its layer may import, and uses what its layer may use. */
export const arrows: Deno.lint.Rule = {
  create(context) {
    const path = pathOf(context.filename);
    const row = rowOf(path);
    const report = (node: Deno.lint.Node, problem: string) =>
      context.report({ node, message: `${path} ${problem}` });
    const check = (node: Deno.lint.Node, specifier: unknown) => {
      if (typeof specifier !== "string" || mayImport(path, specifier)) return;
      report(node, `may not import "${specifier}": see LAYERS in build/lint_layers.ts`);
    };
    const checkGlobal = (name: string) => (node: Deno.lint.Node) => {
      if (!row || row.globals?.includes(name)) return;
      report(node, `may not use ${name}: see ADAPTERS in build/lint_layers.ts`);
    };
    return {
      Program(node) {
        if (row || isFree(path)) return;
        report(node, "is in no layer: add its folder to LAYERS in build/lint_layers.ts");
      },
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) => check(node, node.source.type === "Literal" && node.source.value),
      "Identifier[name='Deno']": checkGlobal("Deno"),
      "CallExpression[callee.name='fetch']": checkGlobal("fetch"),
    };
  },
};

/** Whether a module may import and use anything. */
function isFree(path: string): boolean {
  return /_(test|bench)\.ts$/.test(path) || !/^(lib|hooks|actions)\//.test(path);
}

function rowOf(path: string): Row | undefined {
  if (isFree(path)) return undefined;
  const layer = Object.keys(LAYERS).find((name) => isWithin(path, name));
  const row = layer === undefined ? undefined : LAYERS[layer];
  if (!row) return undefined;
  const { builtins = [], globals = [] } = ADAPTERS[path] ?? {};
  return { ...row, builtins: [...row.builtins ?? [], ...builtins], globals };
}

function mayImport(path: string, specifier: string): boolean {
  const row = rowOf(path);
  if (!/^\.{0,2}\//.test(specifier)) {
    const allowed = specifier.startsWith("node:") ? row?.builtins : row?.packages;
    return !row || allowed?.includes(specifier) === true;
  }
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  if (isWithin(path, JUJU_MODEL)) return isWithin(target, JUJU_MODEL);
  if (isWithin(target, JUJU_MODEL)) return !row && target === `${JUJU_MODEL}/mod.ts`;
  return !row || row.imports.some((allowed) => isWithin(target, allowed));
}

/** Whether a path is that of a file, or of one below a folder. */
function isWithin(path: string, name: string): boolean {
  return path === name || path.startsWith(`${name}/`);
}
