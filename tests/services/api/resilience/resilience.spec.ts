import assert from "node:assert/strict";
import { mock } from "node:test";
import { circuitBreaker, ConsecutiveBreaker, handleAll, timeout, TimeoutStrategy } from "cockatiel";
import fc from "fast-check";
import { Breaker, BreakerOpenError } from "../../../../services/api/resilience/breaker";
import { DeadlineError, within } from "../../../../services/api/resilience/deadline";

const OPEN_MS = 100;
const DEADLINE_MS = 10;

describe("circuit breaker and deadline, compared with cockatiel", () => {
  afterEach(() => {
    mock.timers.reset();
  });

  it("the breaker refuses the calls that cockatiel's refuses, whatever fails and whenever it is called", async () => {
    const call = fc.record({ after: fc.constantFrom(0, 1, 50, 99, 100, 250), fails: fc.boolean() });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(call, { maxLength: 40 }), async (failures, calls) => {
        mock.timers.reset();
        mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
        const ours = new Breaker({ failures, openMs: OPEN_MS, random: () => 0 });
        const theirs = circuitBreaker(handleAll, {
          halfOpenAfter: OPEN_MS,
          breaker: new ConsecutiveBreaker(failures),
        });
        let now = 1_000_000;
        for (const { after, fails } of calls) {
          now += after;
          mock.timers.setTime(now);
          const made = [0, 0];
          const work = (at: number) => () => {
            made[at] = 1;
            return fails ? Promise.reject(new Error("away")) : Promise.resolve(1);
          };
          const [own] = await Promise.allSettled([ours.run(work(0))]);
          await Promise.allSettled([theirs.execute(work(1))]);
          assert.equal(made[0], made[1]);
          const isRefusal = own.status === "rejected" && own.reason instanceof BreakerOpenError;
          assert.equal(isRefusal, made[0] === 0);
          refused += Number(isRefusal);
        }
      }),
      { numRuns: 200 },
    );
    assert.ok(refused > 100, `${refused} refused calls`);
  });

  it("the deadline ends the calls that cockatiel's ends, and passes on the outcome of the others", async () => {
    // From 1: a timer of 0 ms is one of 1 ms.
    const ms = fc.integer({ min: 1, max: 20 }).filter((at) => at !== DEADLINE_MS);
    const cases = fc.record({ takes: ms, fails: fc.boolean(), abortAt: fc.option(ms) });
    await fc.assert(
      fc.asyncProperty(cases, async ({ takes, fails, abortAt }) => {
        fc.pre(abortAt !== takes);
        mock.timers.reset();
        mock.timers.enable({ apis: ["setTimeout"] });
        const parent = new AbortController();
        if (abortAt !== null) {
          setTimeout(() => {
            parent.abort(new Error("the caller left"));
          }, abortAt);
        }
        const work = (): Promise<string> =>
          new Promise((resolve, reject) => {
            setTimeout(() => {
              if (fails) reject(new Error("failed"));
              else resolve("done");
            }, takes);
          });
        const policy = timeout(DEADLINE_MS, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false });
        const both = Promise.allSettled([
          within(DEADLINE_MS, work, parent.signal),
          policy.execute(work, parent.signal),
        ]);
        for (let at = 0; at < 40; at += 1) {
          mock.timers.tick(1);
          await Promise.resolve();
        }
        const [own, other] = (await both).map((outcome) => outcomeOf(outcome));
        assert.equal(own, other, `${takes} ms, aborted at ${String(abortAt)}`);
        const first = Math.min(takes, abortAt ?? Infinity, DEADLINE_MS);
        assert.equal(own, first === takes ? (fails ? "failed" : "done") : "ended");
      }),
      { numRuns: 300 },
    );
  });

  it("the deadline names its length, and stops the work by its signal", async () => {
    let signal: AbortSignal | undefined;
    const late = within(1, (given) => {
      signal = given;
      return new Promise(() => undefined);
    });
    await assert.rejects(late, new DeadlineError(1));
    assert.equal(signal?.aborted, true);
  });
});

/** What became of a call: its own outcome, or an end by deadline or caller. */
function outcomeOf(outcome: PromiseSettledResult<string>): string {
  if (outcome.status === "fulfilled") return outcome.value;
  return (outcome.reason as Error).message === "failed" ? "failed" : "ended";
}
