#!/usr/bin/env -S deno run -P=everything
/**
 * Reconciles everything after a new revision of the operator's secret.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { everything } from "../lib/juju/event.ts";

await runHook(everything);
