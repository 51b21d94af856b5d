#!/usr/bin/env -S deno run -P=stop
/**
 * The unit ends: with the application's last one, revokes all of its certificates.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { stop } from "../lib/juju/event.ts";

await runHook(stop);
