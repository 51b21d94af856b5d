/**
 * LXD's provider is there: offers it a certificate.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle();
