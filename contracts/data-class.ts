/** Classes of data, from least to most open: each decides which key encrypts it, how long it is kept and where it may go. */
export const DATA_CLASSES = ["identifier", "behaviour", "technical"] as const;
export type DataClass = (typeof DATA_CLASSES)[number];
