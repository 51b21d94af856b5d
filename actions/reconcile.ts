#!/usr/bin/env -S deno run -P=reconcile
/**
 * Reconciles everything now, or tells what that would change.
 *
 * @module
 */
import { reconcileEverything } from "../lib/action/reconcile_everything.ts";
import { runAction } from "../lib/action/run.ts";

await runAction(reconcileEverything);
