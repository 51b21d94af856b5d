#!/usr/bin/env -S deno run -P=stop
/**
 * Revokes all certificates of the application when its last unit stops.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { stop } from "../lib/juju/event.ts";

await runHook(stop);
