import assert from "node:assert/strict";
import { gateLines } from "../../../cli/kit/gates";
import type { Finding } from "../../../contracts/finding";
import { gatesOf } from "../../../fleet/gates";
import { accountFits } from "../../../fleet/gates/account-fits";
import { passGates, type Gate } from "../../../fleet/gates/gate";
import { imagesPushed } from "../../../fleet/gates/images-pushed";
import { zoneDelegated } from "../../../fleet/gates/zone-delegated";
import type { Preflight } from "../../../fleet/preflight";
import { waves } from "../../../fleet/waves";
import { findTopology, loadTopology } from "../../../regions/topology/load";

const dev = loadTopology(findTopology("dev"));
const [FOUNDATION = [], REGIONS = [], MESH = []] = waves(dev);
const FINDING: Finding = { where: "shop.example.com", path: "NS", want: "ns-1.aws", got: "no such record" };

/** A gate that gives one answer after the other, the last one for ever. */
function gate(id: string, before: Gate["before"], ...answers: readonly (readonly Finding[])[]): Gate {
  let asked = 0;
  return {
    ...{ id, before, title: id, who: "somebody", why: "it fails", source: "https://docs.aws.amazon.com/" },
    check: () => {
      const answer = answers[Math.min(asked, answers.length - 1)] ?? [];
      asked += 1;
      return Promise.resolve(answer);
    },
  };
}

async function pass(gates: readonly Gate[], wave: Parameters<typeof passGates>[1], waits: boolean) {
  const shown: string[] = [];
  let waited = 0;
  const open = await passGates(gates, wave, {
    show: ({ id }, findings) => shown.push(`${id} ${findings.length}`),
    ...(waits ? { wait: () => Promise.resolve(void (waited += 1)) } : {}),
  });
  return { open, shown, waited };
}

describe("the gates of an up", () => {
  it("are asked before the wave that needs them, and no other", async () => {
    const gates = [gate("account", "foundation", [FINDING]), gate("zone", "region", [])];
    assert.deepEqual(await pass(gates, FOUNDATION, false), { open: false, shown: ["account 1"], waited: 0 });
    assert.deepEqual(await pass(gates, REGIONS, false), { open: true, shown: [], waited: 0 });
    assert.deepEqual(await pass(gates, MESH, false), { open: true, shown: [], waited: 0 });
  });

  it("are waited for at a terminal, shown once for each state, and say when they open", async () => {
    const slow = gate("zone", "region", [FINDING, FINDING], [FINDING, FINDING], [FINDING], []);
    assert.deepEqual(await pass([slow], REGIONS, true), {
      open: true,
      shown: ["zone 2", "zone 1", "zone 0"],
      waited: 3,
    });
  });

  it("end the wait when the operator interrupts it", async () => {
    const stop = new AbortController();
    const wait = (): Promise<void> => {
      stop.abort();
      return Promise.resolve();
    };
    const closed = gate("zone", "region", [FINDING]);
    assert.equal(await passGates([closed], REGIONS, { show: () => undefined, wait, signal: stop.signal }), false);
  });

  it("say what to do, who does it and what happens without", () => {
    const lines = gateLines(gate("zone", "region"), [{ ...FINDING, fix: "add it" }]);
    assert.equal(lines[1], "  shop.example.com: NS: want ns-1.aws, got no such record; add it");
    assert.match(lines.join("\n"), /who: somebody\n {2}without it: it fails \(https:/);
    assert.deepEqual(gateLines(gate("zone", "region"), []), ["gate zone: open"]);
  });

  it("are those of account, zone and images on AWS, and none on the local cloud", () => {
    const none = () => Promise.resolve(undefined);
    assert.deepEqual(
      gatesOf(dev, none).map(({ id, before }) => `${id} before ${before}`),
      ["account-fits before foundation", "zone-delegated before region", "images-pushed before region"],
    );
    assert.deepEqual(gatesOf(loadTopology(findTopology("local")), none), []);
  });
});

describe("the delegation of the zone", () => {
  const servers = ["ns-1.awsdns-01.com", "ns-2.awsdns-02.org"];
  const check = (found: readonly string[], zone = servers) =>
    zoneDelegated(
      "shop.example.com",
      () => Promise.resolve(zone),
      () => Promise.resolve(found),
    ).check();

  it("is there once the parent names all the zone's servers, however they are written", async () => {
    assert.deepEqual(await check(["NS-1.awsdns-01.com.", "ns-2.AWSDNS-02.org"]), []);
  });

  it("is not there without a record, with another zone's servers, or with some of them only", async () => {
    const want = servers.join(", ");
    for (const [found, got] of [
      [[], "no such record"],
      [["ns.registrar.example"], "ns.registrar.example"],
      [["ns-1.awsdns-01.com"], "ns-1.awsdns-01.com"],
    ] as const) {
      const [finding] = await check(found);
      assert.deepEqual([finding?.want, finding?.got], [want, got]);
    }
  });

  it("is not there while the zone itself is not", async () => {
    assert.equal((await check(["ns.registrar.example"], [])).length, 1);
  });
});

describe("the images", () => {
  const repositories = {
    api: "111122223333.dkr.ecr.us-east-1.amazonaws.com/meridian-dev-api",
    inference: "111122223333.dkr.ecr.us-east-1.amazonaws.com/meridian-dev-inference",
  };
  const check = (there: readonly string[]) =>
    imagesPushed(
      "0.1.0",
      () => Promise.resolve(repositories),
      (repository, tag) => Promise.resolve(there.includes(`${repository}:${tag}`)),
    ).check();

  it("are pushed when each repository has the version's tag", async () => {
    assert.deepEqual(await check(["meridian-dev-api:0.1.0", "meridian-dev-inference:0.1.0"]), []);
  });

  it("are named one by one where the tag is missing, with the command", async () => {
    const [finding, ...more] = await check(["meridian-dev-api:0.1.0", "meridian-dev-inference:0.0.9"]);
    assert.equal(more.length, 0);
    assert.equal(finding?.where, "inference");
    assert.equal(finding.fix, `docker push ${repositories.inference}:0.1.0`);
  });
});

describe("the account", () => {
  const report = (more: Partial<Preflight>) =>
    accountFits(() => Promise.resolve({ passed: false, account: "111122223333", requests: [], ...more } as Preflight));

  it("fits when the preflight passes", async () => {
    assert.deepEqual(await report({ passed: true, requests: ["something later"] }).check(), []);
  });

  it("is refused with each request to make, or as a whole", async () => {
    const findings = await report({ requests: ["aws service-quotas request-a", "aws iam create-b"] }).check();
    assert.deepEqual(
      findings.map(({ want }) => want),
      ["aws service-quotas request-a", "aws iam create-b"],
    );
    assert.equal((await report({}).check()).length, 1);
  });
});
