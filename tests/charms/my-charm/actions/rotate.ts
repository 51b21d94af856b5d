#!/usr/bin/env -S deno run -P=rotate
/**
 * Replaces the key and the certificate.
 *
 * @module
 */
import { run } from "../lib/juju.ts";
import { settle } from "../lib/settle.ts";

const fingerprint = await settle({ isRotating: true });
await (fingerprint
  ? run("action-set", [`certificate=${fingerprint}`])
  : run("action-fail", ["Cannot rotate: no certificate can be offered, see the status"]));
