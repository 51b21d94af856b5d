/**
 * Loopback addresses that no other test uses at the same time, in this process or another.
 *
 * @module
 */

/** A claim on addresses, until it is disposed of. */
export interface Loopback extends Disposable {
  /** Gives the nth address, from 1 to 250. */
  readonly address: (n: number) => string;
}

/** The port that LXD listens on by default. */
export const LXD_PORT = 8443;

const CLAIM_PORT = 8442;
const CLAIM_HOST = 254;
const ATTEMPTS = 100;

/**
 * Claims a network 127.a.b.0/24 whose first addresses are free on LXD's port.
 *
 * A listener on one of its addresses is the claim. The kernel gives it to one process, and takes it
 * back when the process dies; a lock file would stay.
 *
 * @throws {Error} if no free network is found.
 */
export function claimLoopback(count = 1): Loopback {
  let cause: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // 127.0 and 127.1 are for programs that bind them without a claim.
    const [a = 0, b = 0] = crypto.getRandomValues(new Uint8Array(2));
    const address = (n: number) => `127.${2 + a % 250}.${b}.${n}`;
    let claim: Deno.TcpListener | undefined;
    try {
      claim = Deno.listen({ hostname: address(CLAIM_HOST), port: CLAIM_PORT });
      for (let n = 1; n <= count; n++) {
        Deno.listen({ hostname: address(n), port: LXD_PORT }).close();
      }
      const held = claim;
      return { address, [Symbol.dispose]: () => held.close() };
    } catch (error) {
      claim?.close();
      cause = error;
    }
  }
  throw new Error("Cannot claim loopback addresses: none is free", { cause });
}
