/** CloudWatch dashboard widgets: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */

/** One line of a graph. `T`: how a dimension's value is given; plain text, or text that may still be on its way. */
export interface Metric<T = string> {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, T | string>>;
  readonly stat: string;
  readonly label?: string;
  /** Region that measures it. @default the dashboard's */
  readonly region?: string;
}

/** What a widget shows, without its place. */
export type Content =
  | { readonly kind: "text"; readonly markdown: string }
  | { readonly kind: "alarms"; readonly title: string; readonly arns: readonly string[] }
  | {
      readonly kind: "graph";
      readonly title: string;
      readonly metrics: readonly Metric[];
      /** Unit of the axis, in words. */
      readonly unit: string;
      /** The promise, drawn as a line. */
      readonly promise?: number;
    };

export interface Widget {
  readonly content: Content;
  /** Columns of the 24. */
  readonly width: number;
  /** Rows of one unit. */
  readonly height: number;
}

export interface Placed extends Widget {
  readonly x: number;
  readonly y: number;
}

/** Columns of a dashboard. */
export const COLUMNS = 24;
/** Widgets on one dashboard: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
export const MAX_WIDGETS = 500;

/** Places widgets in reading order, row by row; each row is as high as its highest widget. */
export function place(widgets: readonly Widget[]): Placed[] {
  let x = 0;
  let y = 0;
  let height = 0;
  return widgets.map((widget) => {
    if (x + widget.width > COLUMNS) {
      x = 0;
      y += height;
      height = 0;
    }
    const placed = { ...widget, x, y };
    x += widget.width;
    height = Math.max(height, widget.height);
    return placed;
  });
}

/** The dashboard's body as CloudWatch takes it. */
export function dashboardBody(region: string, widgets: readonly Widget[]): string {
  return JSON.stringify({
    periodOverride: "inherit",
    widgets: place(widgets).map(({ content, x, y, width, height }) => ({
      x,
      y,
      width,
      height,
      ...render(region, content),
    })),
  });
}

function render(region: string, content: Content): { type: string; properties: object } {
  switch (content.kind) {
    case "text":
      return { type: "text", properties: { markdown: content.markdown } };
    case "alarms":
      return { type: "alarm", properties: { title: content.title, alarms: content.arns } };
    case "graph":
      return {
        type: "metric",
        properties: {
          title: content.title,
          region,
          view: "timeSeries",
          period: 60,
          metrics: content.metrics.map(({ namespace, name, dimensions, stat, label, region: of }) => [
            namespace,
            name,
            ...Object.entries(dimensions).flat(),
            { stat, ...(label === undefined ? {} : { label }), ...(of === undefined ? {} : { region: of }) },
          ]),
          yAxis: { left: { label: content.unit, min: 0, showUnits: false } },
          ...(content.promise === undefined
            ? {}
            : { annotations: { horizontal: [{ label: "promise", value: content.promise }] } }),
        },
      };
  }
}
