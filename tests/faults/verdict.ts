/**
 * What the charm promises where something befalls a request to LXD:
 *
 * - a request that may be sent twice, so each but an addition, is sent again at once, unless LXD has
 *   refused it, or has been waited for until the time limit; so what befalls it once does no harm;
 * - where a member of a cluster does not let us in, the next one is asked;
 * - where it is not heard where clients reach a member, it is told by the cluster's own address, and
 *   nobody waits for it;
 * - whether LXD has made a change is told by the status line alone, whatever its body looks like;
 * - who gets no answer, or one that is not LXD's, waits, and says for whom and why;
 * - 403 says that our certificate may not manage others: the operator has to act;
 * - where the name of an addition is in use, the one with all digits is taken;
 * - any other refusal to register or to restrict a certificate concerns that one alone: it is
 *   rejected, in LXD's words;
 * - a refusal of another name holds nothing back, and is tried again later;
 * - any other refusal, of a question or of a revocation, is told to the operator.
 *
 * @module
 */
import { errorOf } from "../lxd/stand_in_faults.ts";
import { type Asked, askedOf, type Befalls, type Cell } from "./cell.ts";

/** How the hook of a cell ends. */
export type Verdict =
  | "as undisturbed"
  | "renamed later"
  | "waiting"
  | "blocked"
  | "rejected"
  | "refused";

/**
 * Says how the hook of a cell must end.
 *
 * @param cell The cell.
 * @returns How.
 */
export function verdictOf(cell: Cell): Verdict {
  const { scenario, request, befalls, isLasting } = cell;
  const asked = askedOf(request);
  if (asked === "address" && befalls !== "refused") return "as undisturbed";
  if (isRefusal(befalls)) {
    if (asked === "rename") return "renamed later";
    if (befalls === 403) return "blocked";
    if (asked === "add" && befalls === 409 && !isLasting) return "as undisturbed";
    return asked === "add" || asked === "restrict" ? "rejected" : "refused";
  }
  if (isChange(asked) && befalls === "malformed") return "as undisturbed";
  const isSentAgain = befalls !== "delayed" && asked !== "add";
  if (isSentAgain && !isLasting) return "as undisturbed";
  return asked === "enter" && scenario.members > 1 ? "as undisturbed" : "waiting";
}

/**
 * Says what the status tells the operator.
 *
 * @param cell The cell.
 * @param before What it tells undisturbed, as `status: message`.
 * @param endpoint The member that the request is for.
 * @returns What it must be like.
 */
export function statusOf(cell: Cell, before: string, endpoint: string): RegExp {
  const at = RegExp.escape(endpoint);
  switch (verdictOf(cell)) {
    case "as undisturbed": {
      // A member that is down is no node.
      const nodes = cell.befalls === "refused" ? cell.scenario.members - 1 : cell.scenario.members;
      const now = before.replace(/: \d+ nodes?,/, `: ${nodes} node${nodes === 1 ? "" : "s"},`);
      return new RegExp(`^${RegExp.escape(now)}$`);
    }
    case "waiting":
      return new RegExp(`^waiting: No answer from ${at}: ${causeOf(cell.befalls)}$`);
    case "blocked":
      return new RegExp(`^blocked: LXD at ${at} does not let our certificate [0-9a-f]{64} manage `);
    case "rejected":
      return /^active: LXD \S+: .*, 1 rejected$/;
    case "renamed later": {
      // What is not taken over yet is not counted.
      const [head = "", tail = ""] = before.split(/\d+ certificates?/);
      return new RegExp(`^${RegExp.escape(head)}\\d+ certificates?${RegExp.escape(tail)}$`);
    }
    case "refused":
      return new RegExp(
        `^blocked: LXD at ${at} refuses (what it is asked|to revoke [0-9a-f]{64}): ` +
          `${RegExp.escape(wordsOf(cell.befalls))}$`,
      );
  }
}

/**
 * Says why a certificate was rejected.
 *
 * @param cell The cell.
 * @returns The reason that its requirer is told.
 */
export function reasonOf({ befalls }: Cell): string {
  return `LXD refuses the certificate: ${wordsOf(befalls)}`;
}

function isChange(asked: Asked): boolean {
  return asked !== "enter" && asked !== "members" && asked !== "address" && asked !== "list";
}

function isRefusal(befalls: Befalls): boolean {
  return typeof befalls === "number" && befalls < 500;
}

function causeOf(befalls: Befalls): string {
  switch (befalls) {
    case "refused":
      return "connection (refused|cut)";
    case "reset":
    case "truncated":
      return "connection cut";
    case "malformed":
      return "an answer that is not LXD's";
    case "delayed":
      return "time-out";
    default:
      return `error ${befalls}, ${RegExp.escape(wordsOf(befalls))}`;
  }
}

function wordsOf(befalls: Befalls): string {
  return typeof befalls === "number" ? errorOf({ status: befalls }) : "";
}
