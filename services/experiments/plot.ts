import type { Comparison, DayLook, ExperimentReport } from "./report";

/** Columns of a text plot between its labels. */
const COLUMNS = 60;

/**
 * A confidence sequence in characters, a line for each day: `-` the interval, `o` the effect, `|` no effect. It is narrow
 * where much is known; a verdict is a line that does not touch `|`.
 */
export function textPlot({ metric, sequence }: Comparison): string[] {
  const [low, high] = bounds(sequence);
  const at = (value: number): number =>
    Math.min(COLUMNS - 1, Math.max(0, Math.round(((value - low) / (high - low)) * (COLUMNS - 1))));
  const lines = sequence.map(({ day, effect, interval }) => {
    const cells = Array.from({ length: COLUMNS }, () => " ");
    if (interval !== null) for (let cell = at(interval[0]); cell <= at(interval[1]); cell += 1) cells[cell] = "-";
    cells[at(0)] = "|";
    if (interval !== null) cells[at(effect)] = "o";
    return `${day}  ${cells.join("").trimEnd()}`.trimEnd();
  });
  const ends = low.toPrecision(2).padEnd(COLUMNS - high.toPrecision(2).length) + high.toPrecision(2);
  return [`effect on ${metric}`, ...lines, `${" ".repeat(12)}${ends}`];
}

const [WIDTH, HEIGHT] = [640, 200] as const;
const MARGIN = { left: 80, right: 16, top: 28, bottom: 28 } as const;

/** All comparisons of a report as one SVG picture: the sequence of each metric, its interval as a band. */
export function svgPlot({ experiment, variants }: ExperimentReport): string {
  const panels = variants.flatMap(({ variant, primary, guardrails }) =>
    [primary, ...guardrails].map((comparison) => ({ variant, comparison })),
  );
  const drawn = panels.map(({ variant, comparison }, place) =>
    panel(`${variant}: effect on ${comparison.metric}, ${comparison.verdict}`, comparison.sequence, place * HEIGHT),
  );
  const height = Math.max(1, panels.length) * HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`,
    ` font-family="sans-serif" font-size="12" role="img"><title>${escaped(experiment)}</title>`,
    `<rect width="100%" height="100%" fill="white"/>${drawn.join("")}</svg>\n`,
  ].join("");
}

function panel(title: string, sequence: readonly DayLook[], top: number): string {
  const [low, high] = bounds(sequence);
  const x = (place: number): number =>
    MARGIN.left + (place / Math.max(1, sequence.length - 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number): number =>
    MARGIN.top + ((high - Math.min(high, Math.max(low, value))) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const known = sequence.flatMap(({ effect, interval }, place) =>
    interval === null ? [] : [{ x: x(place), effect: y(effect), low: y(interval[0]), high: y(interval[1]) }],
  );
  const point = (horizontal: number, vertical: number): string => `${horizontal.toFixed(1)},${vertical.toFixed(1)}`;
  const band = [
    ...known.map((day) => point(day.x, day.high)),
    ...known.toReversed().map((day) => point(day.x, day.low)),
  ].join(" ");
  const line = known.map((day) => point(day.x, day.effect)).join(" ");
  const label = (value: number): string =>
    `<text x="${MARGIN.left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toPrecision(2)}</text>`;
  const days = [sequence[0]?.day, sequence.at(-1)?.day].map(
    (day, end) =>
      `<text x="${end === 0 ? MARGIN.left : WIDTH - MARGIN.right}" y="${HEIGHT - 8}" text-anchor="${end === 0 ? "start" : "end"}">${day ?? ""}</text>`,
  );
  return [
    `<g transform="translate(0 ${top})"><text x="${MARGIN.left}" y="16">${escaped(title)}</text>`,
    `<polygon points="${band}" fill="#9ecae1"/>`,
    `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(0).toFixed(1)}" y2="${y(0).toFixed(1)}" stroke="#555" stroke-dasharray="4 3"/>`,
    `<polyline points="${line}" fill="none" stroke="#08519c" stroke-width="2"/>`,
    `${label(low)}${label(0)}${label(high)}${days.join("")}</g>`,
  ].join("");
}

/** The last intervals' range and no effect, with room: the first intervals are so wide that they would hide the rest. */
function bounds(sequence: readonly DayLook[]): [low: number, high: number] {
  const known = sequence.flatMap(({ interval }) => (interval === null ? [] : [interval]));
  const shown = known.slice(Math.floor(known.length / 3));
  const reach = Math.max(0, ...shown.flatMap(([low, high]) => [Math.abs(low), Math.abs(high)]));
  return reach === 0 ? [-1, 1] : [-reach * 1.05, reach * 1.05];
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
