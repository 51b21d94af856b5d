#!/usr/bin/env -S deno run -P=everything
/**
 * This unit leads from now on: reconciles everything.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { elected } from "../lib/juju/event.ts";

await runHook(elected);
