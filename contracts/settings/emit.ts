import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { settingsDocument } from "./document";

writeFileSync(join(__dirname, "..", "..", "docs", "settings.md"), settingsDocument());
