import type { Finding } from "../../contracts/finding";
import type { Preflight } from "../preflight";
import type { Gate } from "./gate";

/** The account has the quotas, service-linked roles and regions that the plan needs (`meridian preflight ENV --account`). */
export function accountFits(preflight: () => Promise<Preflight>): Gate {
  return {
    id: "account-fits",
    before: "foundation",
    title: "the account has what the plan needs: quotas, service-linked roles, enabled regions",
    who: "whoever administers the account; AWS's support raises quotas",
    why: "a resource above a quota, or a key whose policy names a role that does not exist, fails halfway through the update",
    source: "https://docs.aws.amazon.com/servicequotas/latest/userguide/request-quota-increase.html",
    check: async () => findingsOf(await preflight()),
  };
}

function findingsOf({ passed, account, requests }: Preflight): readonly Finding[] {
  if (passed) return [];
  const fix = "meridian preflight ENV --account lists each with its command";
  return requests.length === 0
    ? [{ where: `account ${account}`, path: "", want: "everything that the plan needs", got: "less", fix }]
    : requests.map((request) => ({ where: `account ${account}`, path: "", want: request, got: "not done yet", fix }));
}
