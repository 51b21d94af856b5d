#!/usr/bin/env -S deno run -P=broken
/**
 * A relation is gone: revokes its certificates.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { broken } from "../lib/juju/event.ts";

await runHook(broken);
