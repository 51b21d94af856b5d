#!/usr/bin/env -S deno run -P=everything
/**
 * Reconciles everything after a change of an option or of the trust.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { everything } from "../lib/juju/event.ts";

await runHook(everything);
