#!/usr/bin/env -S deno run -P=everything
/**
 * An option or the trust changed: reconciles everything.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { everything } from "../lib/juju/event.ts";

await runHook(everything);
