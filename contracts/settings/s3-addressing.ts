import { eitherOf, withDefault } from "./setting";

/** How S3 is reached. */
export const s3Addressing = {
  s3PathStyle: withDefault(
    "AWS_S3_FORCE_PATH_STYLE",
    eitherOf("true", "false"),
    false,
    "true: for an S3 on this machine",
  ),
};
