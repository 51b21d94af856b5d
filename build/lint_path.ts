/**
 * The path of a linted file.
 *
 * @module
 */

const ROOT = new URL("..", import.meta.url).pathname;

/**
 * Shortens the name that Deno has for a linted file.
 *
 * @param filename Absolute path, or a path below the project's root.
 * @returns The path below the project's root.
 */
export function pathOf(filename: string): string {
  return filename.startsWith(ROOT) ? filename.slice(ROOT.length) : filename;
}
