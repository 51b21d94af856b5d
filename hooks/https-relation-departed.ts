#!/usr/bin/env -S deno run -P=departed
/**
 * A requirer's unit is gone: revokes its certificates.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { departed } from "../lib/juju/event.ts";

await runHook(departed);
