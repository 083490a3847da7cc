import { numberColumn } from "../number-column.js";
import type { QuestionId } from "./question.js";

/** Ids of questions in file order. Those that are numbers, as MT-Bench's are, lie outside of JavaScript's heap. */
export interface IdColumn extends Iterable<QuestionId> {
  readonly length: number;
  /** counts from the end where it is below 0; undefined where there is none */
  at(position: number): QuestionId | undefined;
}

export interface IdColumnBuilder extends IdColumn {
  push(id: QuestionId): void;
}

export function idColumn(): IdColumnBuilder {
  // NaN where the id is a text
  const numbers = numberColumn();
  const texts = new Map<number, string>();
  const idAt = (position: number): QuestionId => texts.get(position) ?? numbers.at(position);
  return {
    get length() {
      return numbers.length;
    },
    push(id) {
      if (typeof id === "string") texts.set(numbers.length, id);
      numbers.push(typeof id === "string" ? Number.NaN : id);
    },
    at(position) {
      const place = position < 0 ? numbers.length + position : position;
      return place < 0 || place >= numbers.length ? undefined : idAt(place);
    },
    *[Symbol.iterator]() {
      for (let position = 0; position < numbers.length; position++) yield idAt(position);
    },
  };
}
