#!/usr/bin/env -S deno run -P=departed
/**
 * Revokes the certificates of a requirer's unit that left.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { departed } from "../lib/juju/event.ts";

await runHook(departed);
