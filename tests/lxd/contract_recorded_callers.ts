/**
 * Recorded: what each caller may ask, from the administrator to one without a certificate.
 *
 * @module
 */
import { CERTIFICATES, post } from "./contract_tools.ts";
import type { Recorder } from "./contract_recorder.ts";

const MISSING = `${CERTIFICATES}/${"0".repeat(64)}`;

/** Asks everything as every caller, and what the restricted may do with its own entry. */
export async function recordCallers(recorder: Recorder): Promise<void> {
  const { callers, certificate, clients, other, say, world } = recorder;
  await world.trust(other.certificate, { name: "other" });
  const url = `${CERTIFICATES}/${other.fingerprint}`;
  for (const [who, ask] of callers) {
    await say(`GET certificates ${who}`, ask("GET", CERTIFICATES));
    const recursive = ask("GET", `${CERTIFICATES}?recursion=1`);
    await say(`GET certificates recursive ${who}`, recursive, { whole: true });
    await say(`GET other ${who}`, ask("GET", url));
    await say(`GET missing ${who}`, ask("GET", MISSING));
    const filtered = ask("GET", `${CERTIFICATES}?recursion=1&filter=name%20eq%20nothing`);
    await say(`GET filter ${who}`, filtered, { pick: (metadata) => metadata?.length });
    const { der } = await certificate(`P-${who}`);
    await say(`POST ${who}`, ask("POST", CERTIFICATES, post(der, { name: `by ${who}` })));
    await say(`PATCH other ${who}`, ask("PATCH", url, { name: `patched by ${who}` }));
    await say(`PATCH missing ${who}`, ask("PATCH", MISSING, { name: "x" }));
    await say(`DELETE missing ${who}`, ask("DELETE", MISSING));
    await say(`PUT list ${who}`, ask("PUT", CERTIFICATES, {}));
    await say(`GET nothing ${who}`, ask("GET", "/1.0/nothing"));
    await say(`GET cluster ${who}`, ask("GET", "/1.0/cluster"));
    await say(`GET members ${who}`, ask("GET", "/1.0/cluster/members?recursion=1"));
    await say(`GET projects ${who}`, ask("GET", "/1.0/projects"));
    await say(`GET project missing ${who}`, ask("GET", "/1.0/projects/no-such"));
    await say(`GET metrics ${who}`, ask("GET", "/1.0/metrics"));
    await say(`GET identities ${who}`, ask("GET", "/1.0/auth/identities"));
    await say(`GET warnings ${who}`, ask("GET", "/1.0/warnings"));
  }
  const own = `${CERTIFICATES}/${clients.restrictedCertificate.fingerprint}`;
  await say("GET own restricted", clients.restricted("GET", own));
  await say("PATCH own name restricted", clients.restricted("PATCH", own, { name: "mine" }));
}
