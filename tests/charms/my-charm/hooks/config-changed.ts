#!/usr/bin/env -S deno run -P=everything
/**
 * Settles after a change of the project, a deployment or an upgrade.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle();
