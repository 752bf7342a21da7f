/** One shape of an AWS service model, as `service-2.json` has it; what a check does not read is left out. */
export interface Shape {
  readonly type:
    | "structure"
    | "list"
    | "map"
    | "string"
    | "character"
    | "blob"
    | "boolean"
    | "byte"
    | "short"
    | "integer"
    | "long"
    | "float"
    | "double"
    | "timestamp";
  readonly members?: Readonly<Record<string, Member>>;
  readonly required?: readonly string[];
  /** Of a list. */
  readonly member?: Member;
  readonly key?: Member;
  readonly value?: Member;
  readonly enum?: readonly string[];
  /** Least and most: characters, bytes, elements or the number itself, by type. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  /** Exactly one member. */
  readonly union?: boolean;
  /** A secret: never shown. */
  readonly sensitive?: boolean;
  /** Any JSON. */
  readonly document?: boolean;
}

/** A member refers to a shape by name. */
export interface Member {
  readonly shape: string;
  /** A string that is sent as a JSON value: the caller gives an object. */
  readonly jsonvalue?: boolean;
}

export interface Operation {
  readonly name: string;
  readonly input?: Member;
}

/** A service's published model. */
export interface ServiceModel {
  /** botocore's name, e.g. `redshift-serverless`. */
  readonly service: string;
  /** The API's date, e.g. `2013-12-02`. */
  readonly version: string;
  /** AWS's name of this version of the API, e.g. `kinesis-2013-12-02`; its documentation is found by it. */
  readonly uid: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}
