#!/usr/bin/env -S deno run -P=everything
/**
 * Reconciles everything every five minutes if no other event is queued. This repairs drift.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { everythingSettled } from "../lib/juju/event.ts";

await runHook(everythingSettled);
