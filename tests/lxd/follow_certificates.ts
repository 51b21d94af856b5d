/**
 * Follows what LXD's own log of events says about its trust store.
 *
 * @module
 */

/** An event of LXD about a certificate. */
export interface CertificateEvent {
  /** What LXD did. */
  readonly action: "created" | "updated" | "deleted";
  /** Fingerprint of the certificate. */
  readonly fingerprint: string;
  /** Name of the member that did it. Each member of a cluster reports each change. */
  readonly member: string;
  /** The time that LXD gives, in milliseconds; undefined if there is none. */
  readonly time: number | undefined;
}

/** A follower of events. Disposal ends it. */
export interface Follower extends Disposable {
  /** The events so far. Those of one member are in their order. */
  readonly events: readonly CertificateEvent[];
}

const ACTION_REGEXP = /^certificate-(created|updated|deleted)$/;
const SOURCE_REGEXP = /^\/1\.0\/certificates\/([0-9a-f]{64})(?:\?|$)/;

/**
 * Follows the events of all members of a cluster, as `lxc monitor --type lifecycle` does.
 *
 * @param directory Directory of the daemon of one member, which is asked over its unix socket.
 */
export async function followCertificates(directory: string): Promise<Follower> {
  const proxy = { transport: "unix", path: `${directory}/unix.socket` } as const;
  const client = Deno.createHttpClient({ proxy });
  const socket = new WebSocket("ws://lxd/1.0/events?type=lifecycle", { client });
  const events: CertificateEvent[] = [];
  socket.onmessage = ({ data }) => {
    const event = parseEvent(JSON.parse(String(data)));
    if (event) events.push(event);
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = (event) => reject(new Error("Cannot follow LXD's events", { cause: event }));
  });
  return {
    events,
    [Symbol.dispose]: () => {
      socket.close();
      client.close();
    },
  };
}

/** Parses an event; undefined if it is about something else. */
function parseEvent(
  { timestamp, location, metadata }: {
    readonly timestamp: string;
    readonly location: string;
    readonly metadata: { readonly action: string; readonly source: string };
  },
): CertificateEvent | undefined {
  const [, action] = ACTION_REGEXP.exec(metadata.action) ?? [];
  const [, fingerprint] = SOURCE_REGEXP.exec(metadata.source) ?? [];
  if (action === undefined || fingerprint === undefined) return undefined;
  return {
    action: action as CertificateEvent["action"],
    fingerprint,
    member: location,
    time: Date.parse(timestamp),
  };
}
