import { z } from "zod";

/** What one process measures. */
export const settingsSchema = z.strictObject({
  client: z.enum(["undici", "sdk", "stage"]),
  port: z.number(),
  inFlight: z.number(),
  /** requests before the measured ones */
  warmUp: z.number(),
  requests: z.number(),
});

export type PointSettings = z.infer<typeof settingsSchema>;

export const resultSchema = z.strictObject({
  perSecond: z.number(),
  /** processor time of the process per request in microseconds, all threads together */
  cpuUs: z.number(),
  /** most memory of the process at any time, in MiB */
  peakMegabytes: z.number(),
});

export type PointResult = z.infer<typeof resultSchema>;
