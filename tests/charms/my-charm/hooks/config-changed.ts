#!/usr/bin/env -S deno run -P=everything
/**
 * The operator changed the project, or the charm was deployed or upgraded.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle();
