#!/usr/bin/env -S deno run -P=everything
/**
 * Offers a certificate to LXD's provider.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle();
