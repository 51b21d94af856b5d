/**
 * Names of hooks (charm hooks/hooks.go).
 *
 * @module
 */

const UNIT_HOOKS: ReadonlySet<string> = new Set([
  "collect-metrics",
  "config-changed",
  "install",
  "leader-deposed",
  "leader-elected",
  "leader-settings-changed",
  "meter-status-changed",
  "post-series-upgrade",
  "pre-series-upgrade",
  "remove",
  "secret-changed",
  "secret-expired",
  "secret-remove",
  "secret-rotate",
  "start",
  "stop",
  "update-status",
  "upgrade-charm",
]);

const SUFFIX_REGEXP =
  /.-(?:relation-(?:created|joined|changed|departed|broken)|storage-(?:attached|detaching)|pebble-(?:ready|custom-notice|check-failed|check-recovered))$/;

/** Whether a file name in `hooks/` is the name of a hook. */
export function isHookName(name: string): boolean {
  return UNIT_HOOKS.has(name) || SUFFIX_REGEXP.test(name);
}
