#!/usr/bin/env -S deno run -P=collector
/**
 * Publishes alerts, dashboards and the way to LXD's metrics to a collector.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { collector } from "../lib/juju/event.ts";

await runHook(collector);
