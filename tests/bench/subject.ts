/**
 * A charm that is measured, with LXD servers of its own.
 *
 * @module
 */
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { startCluster, startLxd } from "../lxd/real.ts";
import type { LxdWorld, TrustEntry } from "../lxd/world.ts";
import { capture, type Captured } from "./capture.ts";
import type { Kind, Scenario } from "./cases.ts";
import { restore } from "./trust_store.ts";

/** A charm to measure. Disposal ends its servers. */
export interface Subject extends AsyncDisposable {
  /** Its name in the results. */
  readonly name: string;
  /** Path of the charm. */
  readonly charm: string;
  /** Whether its hooks are stubs, so that it has baselines of its own. */
  readonly isBuilt: boolean;
  /** Deploys it, and records hooks. */
  readonly capture: (scenario: Scenario, recording: Recording) => Promise<CapturedBeside>;
}

/** What to record of a charm. */
export interface Recording {
  /** At least one certificate more than the scenario has. */
  readonly certificates: readonly TestCertificate[];
  /** The kinds of hooks. */
  readonly kinds: ReadonlySet<Kind>;
}

/** A charm that is deployed beside an LXD. */
export interface CapturedBeside extends Captured {
  /** The LXD. */
  readonly lxd: LxdWorld;
}

/** An LXD with its first entries. */
interface Server {
  readonly lxd: LxdWorld;
  readonly entries: readonly TrustEntry[];
}

/** Names a charm to measure. Nothing is started before the first record. */
export async function createSubject(
  { name, charm, isBuilt }: Pick<Subject, "name" | "charm" | "isBuilt">,
): Promise<Subject> {
  const stack = new AsyncDisposableStack();
  const credential = await createCertificate({ key: "p384", commonName: "juju" });
  const servers = new Map<number, Promise<Server>>();
  const start = async (members: Scenario["members"]): Promise<Server> => {
    const lxd = stack.use(members === 1 ? await startLxd() : await startCluster());
    return { lxd, entries: await lxd.trustStore() };
  };
  return {
    name,
    charm,
    isBuilt,
    capture: async (scenario, recording) => {
      const { members } = scenario;
      const { lxd, entries } = await servers.getOrInsertComputed(members, () => start(members));
      await restore(lxd, entries);
      return { ...await capture(scenario, { charm, lxd, credential, ...recording }), lxd };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
