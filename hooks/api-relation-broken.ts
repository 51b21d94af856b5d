#!/usr/bin/env -S deno run -P=broken
/**
 * Revokes the certificates of a relation that was removed.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { broken } from "../lib/juju/event.ts";

await runHook(broken);
