/** AWS credentials; `sessionToken` with temporary ones. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Until when they are valid; the SDK's clients ask for new ones before that. @default for ever */
  readonly expiration?: Date;
}

/** Where credentials come from: asked again for each use, or shortly before they expire. */
export type CredentialSource = () => Promise<Credentials>;
