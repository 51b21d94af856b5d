#!/usr/bin/env -S deno run -P=everything
/**
 * LXD's provider is gone: forgets the keys.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle({ isBroken: true });
