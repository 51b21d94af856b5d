/**
 * The result of a build as a table.
 *
 * @module
 */

import type { Built } from "./build.ts";
import type { PlainExecutable } from "./plain.ts";

/**
 * Renders the result of a build: each file with its size, its size in the charm and its share of the charm.
 */
export function renderReport(built: Built): string {
  const { path, sha256, size, entries, runtime } = built;
  const rows = entries.map((entry) => [
    entry.path,
    String(entry.size),
    String(entry.packedSize),
    `${(entry.packedSize / size * 100).toFixed(1)} %`,
  ]);
  return [
    ...align([["File", "Bytes", "Packed", "Share"], ...rows]),
    "",
    `${path}: ${size} bytes, ${runtime.form} (${runtime.reason})`,
    `SHA-256 ${sha256}`,
    "",
  ].join("\n");
}

/**
 * Renders plain executables with their sizes.
 */
export function renderExecutables(executables: readonly PlainExecutable[]): string {
  const rows = executables.map(({ path, size }) => [path, String(size)]);
  return [...align([["File", "Bytes"], ...rows]), ""].join("\n");
}

function align(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
    ).join("  ")
  );
}
