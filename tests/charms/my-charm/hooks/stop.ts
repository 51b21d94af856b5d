#!/usr/bin/env -S deno run -P=stop
/**
 * This unit ends: forgets the keys.
 *
 * @module
 */
import { forget } from "../lib/settle.ts";

await forget();
