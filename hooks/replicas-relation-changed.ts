#!/usr/bin/env -S deno run -P=everything
/**
 * Reconciles everything after the leader changed what every unit publishes.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { everything } from "../lib/juju/event.ts";

await runHook(everything);
