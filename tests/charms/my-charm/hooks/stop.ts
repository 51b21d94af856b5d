#!/usr/bin/env -S deno run -P=stop
/**
 * Forgets the keys when this unit stops.
 *
 * @module
 */
import { forget } from "../lib/settle.ts";

await forget();
