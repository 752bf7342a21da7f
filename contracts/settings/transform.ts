import { ProgramSettings, required, text } from "./setting";

/** Settings of Firehose's data transformation function (`services/transform`). */
export const transformSettings = new ProgramSettings("transform", {
  pseudonymKeyAlias: required("PSEUDONYM_KEY_ALIAS", text, "Alias of the residency zone's HMAC key"),
});
