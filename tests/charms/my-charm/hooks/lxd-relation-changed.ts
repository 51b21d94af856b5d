/**
 * LXD's provider has answered.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle();
