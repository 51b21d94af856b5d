/**
 * The project's own lint rules.
 *
 * @module
 */

import { length, parameters } from "./lint_functions.ts";
import { arrows } from "./lint_layers.ts";

/** The plugin `house` with its rules. */
const plugin: Deno.lint.Plugin = { name: "house", rules: { arrows, length, parameters } };
export default plugin;
