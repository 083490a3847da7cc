import type { PageSummary } from "../domain/page/page-data.js";
import type { PageMmlu, PageMmluModel } from "../domain/page/page-mmlu.js";
import type { Series } from "./series.js";
import { mostSeries } from "./series.js";

/** A page of multiple-choice results. */
export type MmluPageSummary = Extract<PageSummary, { readonly kind: "mmlu" }>;

/** A model of such a page in its charts. */
export type MmluSeries = Pick<Series, "key" | "name" | "place"> & { readonly model: PageMmluModel };

/** The two models that are shown side by side at first have the colours of their sides: the one on the right has the first. */
export function mmluSeries({ models, isTuning }: Pick<PageMmlu, "models" | "isTuning">): MmluSeries[] {
  return models.map((model, index) => ({
    key: String(index),
    name: model.report.model,
    place: (isTuning ? models.length - 1 - index : index) % mostSeries,
    model,
  }));
}
