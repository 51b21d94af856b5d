/**
 * Reads a model.
 *
 * @module
 */

import { isJuju3 } from "../charm/juju_version.ts";
import { agentDirectory, agentPaths } from "../state/agent_paths.ts";
import { byText, getApplication, getUnit } from "../state/queries.ts";
import type { ModelState } from "../state/state.ts";
import { overallStatus } from "../state/status.ts";
import type { Model } from "./api.ts";

/** The functions of a model that read. */
export type Inspection = Pick<
  Model,
  | "applications"
  | "applicationStatus"
  | "base"
  | "charmDir"
  | "charmState"
  | "databags"
  | "leader"
  | "openedPorts"
  | "status"
  | "units"
  | "workloadVersion"
>;

/** Creates the functions of a model that read. */
export function inspection(state: ModelState): Inspection {
  return {
    applications: () => [...state.applications.keys()],
    applicationStatus: (application) => {
      const { message, status } = overallStatus(getApplication(state, application));
      return { status, message };
    },
    base: (unit) => getUnit(state, unit).base,
    charmDir: (unit) => agentPaths(agentDirectory(state, unit)).charmDir,
    charmState: (unit) => Object.fromEntries(getUnit(state, unit).charmState),
    databags: () =>
      Object.fromEntries(
        [...state.relations.values()].flatMap(({ id, appBags, unitBags, scope }) =>
          [...appBags, ...unitBags]
            .filter(([name]) => !name.includes("/") || scope.has(name))
            .filter(([, { settings }]) => Object.keys(settings).length > 0)
            .map(([name, { settings }]) => [`${id} ${name}`, { ...settings }])
        ),
      ),
    leader: (application) => getApplication(state, application).leader,
    openedPorts: (unit) => [...getUnit(state, unit).ports].sort(byText),
    status: (unit) => {
      const { agentStatus, status: workload } = getUnit(state, unit);
      const { message, status } = agentStatus.status === "error" ? agentStatus : workload;
      return { status, message };
    },
    units: (application) => [...getApplication(state, application).units.keys()],
    workloadVersion: (application) => {
      const { version, versions } = getApplication(state, application);
      // Until 4.0, the version is the one of the unit that got its version last.
      return isJuju3(state) ? [...versions.values()].at(-1) ?? "" : version;
    },
  };
}
