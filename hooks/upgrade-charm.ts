#!/usr/bin/env -S deno run -P=everything
/**
 * Reconciles everything after an upgrade to a new revision of the charm.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { everything } from "../lib/juju/event.ts";

await runHook(everything);
