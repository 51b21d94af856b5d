/**
 * Recorded: the server as each caller sees it, with public configuration and without.
 *
 * @module
 */
import type { Recorder } from "./contract_recorder.ts";

/** Asks for GET /1.0, then again once there is public configuration. */
export async function recordServer(recorder: Recorder): Promise<void> {
  const { note, world: { admin } } = recorder;
  const set = (config: Readonly<Record<string, string>>) => admin("PATCH", "/1.0", { config });
  await server(recorder, "");
  await note("set user.microcloud", set({ "user.microcloud": "2.1.0" }));
  await server(recorder, "microcloud ");
  await note("set oidc", set({ "oidc.issuer": "https://127.0.0.1", "oidc.client.id": "x" }));
  await note("unset", set({ "user.microcloud": "" }));
}

async function server({ callers, write }: Recorder, label: string): Promise<void> {
  for (const [who, ask] of callers) {
    const { status, body, headers } = await ask("GET", "/1.0");
    const { environment, api_extensions: extensions, ...rest } = body?.metadata ?? {};
    write({
      k: `GET /1.0 ${label}${who}`,
      s: status,
      m: rest,
      env: environment && {
        server: environment.server,
        "server_version": environment.server_version,
        "server_name": environment.server_name === undefined ? undefined : "\u2026",
        "server_clustered": environment.server_clustered,
        addresses: environment.addresses,
        project: environment.project,
        lts: environment.server_lts,
      },
      ext: extensions === null ? null : extensions?.length,
      etag: headers["etag"] !== undefined,
    });
  }
}
