#!/usr/bin/env -S deno run -P=everything
/**
 * Reconciles everything when this unit becomes the leader.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { elected } from "../lib/juju/event.ts";

await runHook(elected);
