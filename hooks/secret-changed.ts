#!/usr/bin/env -S deno run -P=everything
/**
 * The operator's secret has a new revision: reconciles everything.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { everything } from "../lib/juju/event.ts";

await runHook(everything);
