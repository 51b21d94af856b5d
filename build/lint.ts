/**
 * The project's own lint rule: the arrows between modules, as the design draws them.
 *
 * @module
 */

/** What a module may import, and use. */
interface Layer {
  /** Modules of these layers, and of these paths. */
  readonly imports: readonly string[];
  /** The same, where only a type is imported. */
  readonly types?: readonly string[];
  /** Built-in modules of Node; absent means any. */
  readonly builtins?: readonly string[];
  /** Whether it may import packages. */
  readonly packages: boolean;
  /** Whether it may use `Deno` and `fetch`. */
  readonly world: boolean;
}

const MODULES = new Map(
  Object.entries({
    pure: [
      "admission",
      "adoption",
      "certificate",
      "chain",
      "client_certificates",
      "client_key",
      "credential_parts",
      "credentials",
      "databag_schema",
      "der",
      "distinguished_name",
      "endpoint",
      "hold_back",
      "interfaces",
      "limit",
      "lxd_https",
      "node_address",
      "outcome",
      "owner",
      "pin",
      "plan",
      "private_key",
      "projects",
      "publication",
      "refusal",
      "relation",
      "repeat",
      "requirer",
      "scope",
      "status",
      "step",
      "time_limits",
      "trust_store",
      "with_resolvers",
      "x509",
    ],
    adapter: ["juju", "lxd", "lxd_call", "lxd_identity", "lxd_nodes", "pinned_fetch", "presented"],
    // What reconcile is made of: told of the adapters by their types only.
    shell: [
      "apply",
      "ask",
      "observe",
      "observe_relations",
      "publish",
      "replicas",
      "serve",
      "survey",
    ],
    reconcile: ["reconcile"],
    hook: ["hook"],
  }).flatMap(([layer, names]) => names.map((name) => [name, layer] as const)),
);
const SHELL: Layer = {
  imports: ["pure", "shell"],
  types: ["adapter"],
  builtins: [],
  packages: false,
  world: false,
};
const LAYERS: Readonly<Record<string, Layer>> = {
  // X509Certificate of node:crypto computes; it reads nothing.
  pure: {
    imports: ["pure"],
    builtins: ["crypto"],
    packages: true,
    world: false,
  },
  adapter: { imports: ["pure", "adapter"], packages: true, world: true },
  shell: SHELL,
  reconcile: SHELL,
  hook: {
    imports: ["pure", "adapter", "shell", "reconcile"],
    packages: true,
    world: true,
  },
  entry: {
    // A hook says what its event is about.
    imports: ["hook", "reconcile", "lib/scope.ts"],
    types: ["pure", "adapter", "shell"],
    builtins: [],
    packages: false,
    world: true,
  },
};

const ROOT = new URL("..", import.meta.url).pathname;
const JUJU_WORLD = /^tests\/juju\//;
const NOT_OF_JUJU_WORLD = /^(lib|hooks|tests\/lxd)\//;

const rule: Deno.lint.Rule = {
  create(context) {
    const path = context.filename.startsWith(ROOT)
      ? context.filename.slice(ROOT.length)
      : context.filename;
    const name = path.replace(/^(lib|hooks)\//, "").replace(/\.ts$/, "");
    const own = layerOf(path);
    const layer = own === undefined ? undefined : LAYERS[own];

    function check(node: Deno.lint.Node, specifier: unknown, kind?: string) {
      if (typeof specifier !== "string") return;
      if (mayImport(path, layer, specifier, kind === "type")) return;
      context.report({
        node,
        message: `Module "${name}" may not import "${specifier}"`,
      });
    }
    function checkWorld(node: Deno.lint.Node, use: string) {
      if (layer === undefined || layer.world) return;
      context.report({ node, message: `Module "${name}" may not use ${use}` });
    }

    return {
      Program(node) {
        if (own !== "unknown") return;
        context.report({
          node,
          message: `Module "${name}" is in no layer: add it to MODULES of build/lint.ts`,
        });
      },
      ImportDeclaration(node) {
        check(node, node.source.value, node.importKind);
      },
      ExportNamedDeclaration(node) {
        check(node, node.source?.value, node.exportKind);
      },
      ExportAllDeclaration(node) {
        check(node, node.source.value, node.exportKind);
      },
      ImportExpression(node) {
        check(node, node.source.type === "Literal" && node.source.value);
      },
      "Identifier[name='Deno']"(node: Deno.lint.Node) {
        checkWorld(node, "Deno");
      },
      "CallExpression[callee.name='fetch']"(node: Deno.lint.Node) {
        checkWorld(node, "fetch");
      },
    };
  },
};

function layerOf(path: string): string | undefined {
  if (/_(test|bench)\.ts$/.test(path)) return undefined;
  if (path.startsWith("hooks/")) return "entry";
  const module = /^lib\/([^/]*)\.ts$/.exec(path)?.[1];
  return module === undefined ? undefined : MODULES.get(module) ?? "unknown";
}

function mayImport(
  path: string,
  layer: Layer | undefined,
  specifier: string,
  isType: boolean,
): boolean {
  const target = /^\.{0,2}\//.test(specifier)
    ? new URL(specifier, `file:///${path}`).pathname.slice(1)
    : undefined;
  if (JUJU_WORLD.test(path)) {
    return target === undefined || !NOT_OF_JUJU_WORLD.test(target);
  }
  if (layer === undefined) return true;
  const { imports, types = [], builtins, packages } = layer;
  if (target !== undefined) {
    const other = layerOf(target) ?? "elsewhere";
    return [...imports, ...(isType ? types : [])]
      .some((allowed) => allowed === other || allowed === target);
  }
  if (specifier.startsWith("node:")) {
    return builtins?.includes(specifier.slice("node:".length)) ?? true;
  }
  return packages;
}

/** The plugin `house` with its one rule, `arrows`. */
const plugin: Deno.lint.Plugin = { name: "house", rules: { arrows: rule } };
export default plugin;
