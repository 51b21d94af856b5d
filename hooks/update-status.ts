#!/usr/bin/env -S deno run -P=everything
/**
 * Every five minutes, when nothing else is to do: reconciles everything, which repairs drift.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { everythingSettled } from "../lib/juju/event.ts";

await runHook(everythingSettled);
