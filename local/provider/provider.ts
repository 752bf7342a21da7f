import type { Change } from "./diff";
import type { Props } from "./values";

/** A property that cannot be, and why. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckRequest {
  readonly urn: string;
  /** Checked inputs of last time; empty for a new resource. */
  readonly olds: Props;
  readonly news: Props;
  readonly seed: Uint8Array;
}

export interface CheckResult {
  readonly inputs: Props;
  readonly failures: readonly Failure[];
}

export interface DiffRequest {
  readonly urn: string;
  readonly id: string;
  readonly oldInputs: Props;
  readonly oldOutputs: Props;
  readonly news: Props;
}

export interface DiffResult {
  readonly changes: readonly Change[];
  readonly deleteBeforeReplace: boolean;
}

export interface CreateRequest {
  readonly urn: string;
  readonly inputs: Props;
  readonly preview: boolean;
}

export interface UpdateRequest extends CreateRequest {
  readonly id: string;
  readonly oldInputs: Props;
  readonly oldOutputs: Props;
}

export interface StoredRequest {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Props;
  readonly outputs: Props;
}

export interface CreateResult {
  readonly id: string;
  readonly outputs: Props;
}

/** What is there now; an empty id says that it is gone. */
export interface ReadResult extends CreateResult {
  readonly inputs: Props;
}

/** One configured provider: the part of Pulumi's provider protocol that stands behind the wire. */
export interface Provider {
  /** Version it stands in for. */
  readonly version: string;
  checkConfig(news: Props): CheckResult;
  configure(config: Props): void;
  check(request: CheckRequest): CheckResult;
  diff(request: DiffRequest): DiffResult;
  create(request: CreateRequest): Promise<CreateResult>;
  read(request: StoredRequest): Promise<ReadResult>;
  update(request: UpdateRequest): Promise<Props>;
  delete(request: StoredRequest): Promise<void>;
  invoke(token: string, args: Props): Promise<Props>;
  /** Ends connections. */
  close(): void;
}
