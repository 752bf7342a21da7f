/** One question of a pure rule, and what AWS, Kubernetes or a standard answers. */
export interface Case {
  readonly name: string;
  /** Page that says so: below https://docs.aws.amazon.com/ unless it is a whole address. */
  readonly source: string;
  readonly got: () => unknown;
  readonly want: unknown;
}
