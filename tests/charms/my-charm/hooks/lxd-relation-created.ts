#!/usr/bin/env -S deno run -P=everything
/**
 * LXD's provider is there: offers it a certificate.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle();
