import { number, text, withDefault } from "./setting";

/** Where a server listens. */
export const listening = {
  host: withDefault("HOST", text, "0.0.0.0", "Address to listen on"),
  port: withDefault("PORT", number({ min: 0, max: 65_535 }), 8080, "Port to listen on; 0: any free one"),
};
