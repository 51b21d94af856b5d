/**
 * Normalizes LXD's address as Juju does.
 *
 * @module
 */

// LXD's and Juju's default (Juju: container/lxd/connection.go, EnsureHostPort).
const DEFAULT_PORT = 8443;

// As URL writes them. The last one is that of IPv4 in IPv6.
const WILDCARDS = ["0.0.0.0", "[::]", "[::ffff:0:0]"];

/**
 * Normalizes an endpoint as Juju does: `https`, port 8443 by default, no trailing slash, and an IPv6
 * address in brackets.
 *
 * @example What operators write
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(normalizeEndpoint("10.0.0.1"), "https://10.0.0.1:8443");
 * assert.equal(normalizeEndpoint("http://lxd.example:443/"), "https://lxd.example:443");
 * assert.equal(normalizeEndpoint("fd42::1"), "https://[fd42::1]:8443");
 * assert.equal(normalizeEndpoint("unix:///var/lib/lxd/unix.socket"), undefined);
 * ```
 *
 * @returns `https://host:port`, or undefined if the text is no address of an HTTPS server.
 */
export function normalizeEndpoint(text: string): string | undefined {
  const address = parse(text);
  if (!address || WILDCARDS.includes(address.host)) return undefined;
  return `https://${address.host}:${address.port}`;
}

/**
 * Says whether an address stands for every address of a machine. A server can listen at it, but no
 * client can reach it.
 *
 * @example Three wildcards
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(["0.0.0.0", "[::]:443", ":8443", "10.0.0.1"].map(isWildcard), [true, true, true, false]);
 * ```
 */
export function isWildcard(text: string): boolean {
  const address = parse(text);
  return address ? WILDCARDS.includes(address.host) : /^(\*|\*?:\d{1,5})$/.test(authorityOf(text));
}

function parse(text: string): { readonly host: string; readonly port: number } | undefined {
  const authority = authorityOf(text);
  const bare = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(authority);
  const [, host, port = DEFAULT_PORT] = (bare ? `[${authority}]` : authority)
    .match(/^(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\.?)(?::(\d{1,5}))?$/i) ?? [];
  if (!host || /^\d+$/.test(host) || Number(port) === 0) return undefined;
  if (!URL.canParse(`https://${host}:${port}`)) return undefined;
  return { host: new URL(`https://${host}`).hostname, port: Number(port) };
}

function authorityOf(text: string): string {
  return text.trim().replace(/^https?:\/\//i, "").replace(/\/+$/, "");
}
