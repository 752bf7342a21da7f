/** Units, so that a figure cannot be read wrongly. */
export const SECONDS = { minute: 60, hour: 3600, day: 86_400 } as const;
export const BYTES = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;
