#!/usr/bin/env -S deno run -P=everything
/**
 * Settles after an answer of LXD's provider.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle();
