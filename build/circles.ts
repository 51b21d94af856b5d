/**
 * Circles of imports: modules that import each other, directly or through others.
 *
 * @module
 */

/** The modules that each module imports, by path. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/**
 * Finds the modules that a module imports by a relative path. An import of a type counts: a reader of the module has to
 * read the other one, too. Only tests can call this, because Deno parses modules for them only.
 *
 * @param path Path of the module below the project's root.
 * @param text Its text.
 * @returns Paths of the modules, in the order of the text.
 */
export function importsOf(path: string, text: string): readonly string[] {
  const found: string[] = [];
  const note = (specifier: unknown) => {
    if (typeof specifier !== "string" || !specifier.startsWith(".")) return;
    found.push(new URL(specifier, `file:///${path}`).pathname.slice(1));
  };
  const rule: Deno.lint.Rule = {
    create: () => ({
      ImportDeclaration: ({ source }) => note(source.value),
      ExportNamedDeclaration: ({ source }) => note(source?.value),
      ExportAllDeclaration: ({ source }) => note(source.value),
      ImportExpression: ({ source }) => note(source.type === "Literal" && source.value),
      TSImportType: ({ argument }) =>
        note(
          argument.type === "TSLiteralType" && argument.literal.type === "Literal" &&
            argument.literal.value,
        ),
    }),
  };
  Deno.lint.runPlugin({ name: "imports", rules: { imports: rule } }, path, text);
  return found;
}

/**
 * Finds circles.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const imports = new Map([["a", ["b", "c"]], ["b", ["a"]], ["c", []]]);
 * assert.deepEqual(circlesIn(imports), [["a", "b"]]);
 * ```
 *
 * @param imports The modules that each module imports.
 * @returns The largest groups of modules each of which reaches all others of its group; both sorted.
 */
export function circlesIn(imports: Imports): readonly (readonly string[])[] {
  const reached = new Map(imports.keys().map((path) => [path, reach(path, imports)]));
  const groups = imports.keys().flatMap((path) => {
    const group = [...reached.get(path) ?? []].filter((other) => reached.get(other)?.has(path));
    return group.length > 0 ? [group.toSorted()] : [];
  });
  return Map.groupBy(groups, ([first]) => first).values()
    .flatMap(([group]) => group ? [group] : []).toArray().toSorted();
}

/** Finds all modules that a module imports, directly or not. */
function reach(path: string, imports: Imports): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [...imports.get(path) ?? []];
  for (const next of queue) {
    if (found.has(next)) continue;
    found.add(next);
    queue.push(...imports.get(next) ?? []);
  }
  return found;
}
