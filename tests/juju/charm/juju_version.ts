/**
 * Versions of Juju.
 *
 * @module
 */

/** Versions of Juju that the model can imitate. */
export type JujuVersion = "3.6.28" | "4.0.15";

/** Whether a model runs Juju 3. */
export function isJuju3(
  { jujuVersion }: { readonly jujuVersion: JujuVersion },
): boolean {
  return jujuVersion.startsWith("3.");
}
