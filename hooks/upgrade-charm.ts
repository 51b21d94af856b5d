#!/usr/bin/env -S deno run -P=everything
/**
 * A new revision of the charm: reconciles everything.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { everything } from "../lib/juju/event.ts";

await runHook(everything);
