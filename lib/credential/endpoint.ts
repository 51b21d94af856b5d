/**
 * LXD's address, written as Juju writes it.
 *
 * @module
 */

// LXD's and Juju's default (Juju: container/lxd/connection.go, EnsureHostPort).
const DEFAULT_PORT = 8443;

// As URL writes them; the last one is IPv4's in IPv6.
const WILDCARDS = ["0.0.0.0", "[::]", "[::ffff:0:0]"];

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
  const address = parse(text);
  if (!address || WILDCARDS.includes(address.host)) return undefined;
  return `https://${address.host}:${address.port}`;
}

/**
 * Says whether an address is one to listen at only: every address of a machine.
 *
 * @example Nobody can be sent there
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(["0.0.0.0", "[::]:443", ":8443", "10.0.0.1"].map(isWildcard), [true, true, true, false]);
 * ```
 *
 * @param text What the operator, the cloud or LXD says.
 * @returns Whether it is such an address.
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
