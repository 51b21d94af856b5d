/**
 * LXD's address, written as Juju writes it.
 *
 * @module
 */

// LXD's and Juju's default (Juju: container/lxd/connection.go, EnsureHostPort).
const DEFAULT_PORT = 8443;

/**
 * Normalises an endpoint as Juju does: `https`, port 8443 where none is given, no trailing slash,
 * and an IPv6 address in brackets.
 *
 * @example What operators write
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(normaliseEndpoint("10.0.0.1"), "https://10.0.0.1:8443");
 * assert.equal(normaliseEndpoint("http://lxd.example:443/"), "https://lxd.example:443");
 * assert.equal(normaliseEndpoint("fd42::1"), "https://[fd42::1]:8443");
 * assert.equal(normaliseEndpoint("unix:///var/lib/lxd/unix.socket"), undefined);
 * ```
 *
 * @param text What the operator or the cloud says.
 * @returns `https://host:port`, or undefined where the text is no address of an HTTPS server.
 */
export function normaliseEndpoint(text: string): string | undefined {
  const authority = text.trim().replace(/^https?:\/\//i, "").replace(/\/+$/, "");
  const bare = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(authority);
  const [, host, port = DEFAULT_PORT] = (bare ? `[${authority}]` : authority)
    .match(/^(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::(\d{1,5}))?$/i) ?? [];
  if (!host || /^\d+$/.test(host) || Number(port) === 0) return undefined;
  if (!URL.canParse(`https://${host}:${port}`)) return undefined;
  return `https://${new URL(`https://${host}`).hostname}:${Number(port)}`;
}
