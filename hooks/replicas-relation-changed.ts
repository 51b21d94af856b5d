#!/usr/bin/env -S deno run -P=everything
/**
 * The leader changed something that every unit tells: reconciles everything.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { everything } from "../lib/juju/event.ts";

await runHook(everything);
