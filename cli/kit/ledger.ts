import type { IngestLedger } from "../../local/delivery/ledger";
import { EXIT } from "./exit";
import type { ExitCode } from "./exit";
import { table } from "../../fleet/views/table";
import type { Output } from "./output";

/** Shows the account. @returns failed when an event is not accounted for at some stage. */
export function showLedger(ledger: IngestLedger, output: Output): ExitCode {
  output.result(ledger, () => {
    const names = [...Object.keys(ledger.regions), "total"];
    const counts = [...Object.values(ledger.regions), ledger.total];
    const row = (stage: string, of: (index: number) => number): (string | number)[] => [
      stage,
      ...names.map((_, index) => of(index)),
    ];
    const sum = (parts: Readonly<Record<string, number>>): number =>
      Object.values(parts).reduce((total, one) => total + one, 0);
    const lines = table(
      ["stage", ...names],
      [
        row("sent", (i) => counts[i]?.generated ?? 0),
        row("refused by the collector", (i) => counts[i]?.refused ?? 0),
        row("accepted", (i) => counts[i]?.accepted ?? 0),
        row("waiting on disk", (i) => counts[i]?.spilled ?? 0),
        row("dropped (consent, bots)", (i) => sum(counts[i]?.dropped ?? {})),
        row("failed in the transform", (i) => sum(counts[i]?.failed ?? {})),
        row("landed in bronze", (i) => counts[i]?.landed ?? 0),
        row("verified", (i) => counts[i]?.verified ?? 0),
        row("quarantined", (i) => counts[i]?.quarantined ?? 0),
        row("raw copies", (i) => counts[i]?.raw ?? 0),
        ...(ledger.total.bulk.landed === 0
          ? []
          : [
              row("bulk uploads landed", (i) => counts[i]?.bulk.landed ?? 0),
              row("  verified", (i) => counts[i]?.bulk.verified ?? 0),
              row("  rows refused", (i) => counts[i]?.bulk.refused ?? 0),
              row("  quarantined", (i) => counts[i]?.bulk.quarantined ?? 0),
            ]),
      ],
    );
    for (const line of lines) output.line(line);
    for (const [stage, seconds] of Object.entries(ledger.seconds ?? {})) {
      const rate = Math.round(ledger.run.generated / seconds);
      output.line(`${stage}: ${seconds.toFixed(1)} s, ${rate} events/s`);
    }
    output.line(ledger.balanced ? "every event is accounted for" : "the account does not balance:");
    for (const difference of ledger.differences) output.line(`  ${difference}`);
    output.line("delivery is simulated: Firehose's semantics by a runner of our own, with the real transform");
  });
  return ledger.balanced ? EXIT.ok : EXIT.failed;
}
