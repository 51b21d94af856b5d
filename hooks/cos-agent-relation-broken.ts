#!/usr/bin/env -S deno run -P=no-collector
/**
 * Revokes the certificate by which a collector that is gone read LXD's metrics.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { noCollector } from "../lib/juju/event.ts";

await runHook(noCollector);
