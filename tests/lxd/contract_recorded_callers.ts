/**
 * Recorded: the requests of each caller, from the administrator to one without a certificate.
 *
 * @module
 */
import { CERTIFICATES, post } from "./contract_tools.ts";
import type { Recorder } from "./contract_recorder.ts";

const MISSING = `${CERTIFICATES}/${"0".repeat(64)}`;

/** Sends every request as every caller. The restricted one also reads and changes its own entry. */
export async function recordCallers(recorder: Recorder): Promise<void> {
  const { callers, certificate, clients, other, note, world } = recorder;
  await world.trust(other.certificate, { name: "other" });
  const url = `${CERTIFICATES}/${other.fingerprint}`;
  for (const [who, ask] of callers) {
    await note(`GET certificates ${who}`, ask("GET", CERTIFICATES));
    const recursive = ask("GET", `${CERTIFICATES}?recursion=1`);
    await note(`GET certificates recursive ${who}`, recursive, { whole: true });
    await note(`GET other ${who}`, ask("GET", url));
    await note(`GET missing ${who}`, ask("GET", MISSING));
    const filtered = ask("GET", `${CERTIFICATES}?recursion=1&filter=name%20eq%20nothing`);
    await note(`GET filter ${who}`, filtered, { pick: (metadata) => metadata?.length });
    const { der } = await certificate(`P-${who}`);
    await note(`POST ${who}`, ask("POST", CERTIFICATES, post(der, { name: `by ${who}` })));
    await note(`PATCH other ${who}`, ask("PATCH", url, { name: `patched by ${who}` }));
    await note(`PATCH missing ${who}`, ask("PATCH", MISSING, { name: "x" }));
    await note(`DELETE missing ${who}`, ask("DELETE", MISSING));
    await note(`PUT list ${who}`, ask("PUT", CERTIFICATES, {}));
    await note(`GET nothing ${who}`, ask("GET", "/1.0/nothing"));
    await note(`GET cluster ${who}`, ask("GET", "/1.0/cluster"));
    await note(`GET members ${who}`, ask("GET", "/1.0/cluster/members?recursion=1"));
    await note(`GET projects ${who}`, ask("GET", "/1.0/projects"));
    await note(`GET project missing ${who}`, ask("GET", "/1.0/projects/no-such"));
    await note(`GET metrics ${who}`, ask("GET", "/1.0/metrics"));
    await note(`GET identities ${who}`, ask("GET", "/1.0/auth/identities"));
    await note(`GET warnings ${who}`, ask("GET", "/1.0/warnings"));
  }
  const own = `${CERTIFICATES}/${clients.restrictedCertificate.fingerprint}`;
  await note("GET own restricted", clients.restricted("GET", own));
  await note("PATCH own name restricted", clients.restricted("PATCH", own, { name: "mine" }));
}
