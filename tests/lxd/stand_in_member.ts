/**
 * A member of the stand-in.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import { hostname } from "node:os";
import { createCertificate } from "../certificates.ts";
import type { ServerIdentity } from "./daemon.ts";
import { LXD_PORT } from "./loopback.ts";
import type { Listener } from "./stand_in_listener.ts";
import { entryOf, type ListedMember, type State } from "./stand_in_state.ts";
import type { LxdMember } from "./world.ts";

/** A member, with functions that only the stand-in calls. */
export interface StandInMember extends LxdMember {
  /** Presents the identity of the state from now on, if it runs. */
  readonly present: () => Promise<void>;
  /** Refuses connections from now on, as if it had been killed. */
  readonly crash: () => void;
}

/** Makes a member, not listening yet. A member that does not run counts as Offline at once. */
export function createMember(
  state: State,
  listed: ListedMember,
  listener: Listener,
): StandInMember {
  let running = false;
  const stop = async () => {
    running = false;
    listed.status = "Offline";
    await listener.close();
  };
  return {
    name: listed.name,
    address: listed.address,
    endpoint: `https://${listed.address}:${LXD_PORT}`,
    get running() {
      return running;
    },
    stop,
    kill: stop,
    crash: () => void stop(),
    async start() {
      running = true;
      listed.status = "Online";
      await listener.open(state.identity);
    },
    pause: () => listener.silence(),
    resume: () => listener.open(state.identity),
    async present() {
      if (running) await listener.open(state.identity);
    },
  };
}

/** Makes a server certificate as LXD does: with the name of the host, without the address. */
export async function createIdentity(): Promise<ServerIdentity> {
  return await createCertificate({
    commonName: `root@${hostname()}`,
    key: "p384",
    dnsNames: [hostname()],
    ipAddresses: ["127.0.0.1", "::1"],
  });
}

/** Adds the certificate of a member to the trust store, under its name, as clustering does. */
export function enterMember(state: State, name: string, certificate: string): void {
  const options = { name, type: "server", restricted: false, projects: [] };
  const entry = entryOf(state, new X509Certificate(certificate), options);
  state.entries.set(entry.fingerprint, entry);
}
