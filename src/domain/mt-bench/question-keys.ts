import type { IdColumn } from "./id-column.js";
import { idColumn } from "./id-column.js";
import { numberColumn } from "../number-column.js";
import type { QuestionId } from "./question.js";

/** Ids and categories of a question set in file order, in columns: an object a question would take most of a run's memory. */
export interface QuestionKeys {
  readonly ids: IdColumn;
  /** every category once, in the order of their first questions */
  readonly categories: readonly string[];
  categoryAt(position: number): string;
}

export interface QuestionKeysBuilder extends QuestionKeys {
  add(id: QuestionId, category: string): void;
}

export function questionKeys(): QuestionKeysBuilder {
  const ids = idColumn();
  const numbers = new Map<string, number>();
  const categories: string[] = [];
  const categoryNumbers = numberColumn();
  return {
    ids,
    categories,
    categoryAt: (position) => categories[categoryNumbers.at(position)] ?? "",
    add: (id, category) => {
      let number = numbers.get(category);
      if (number === undefined) {
        number = categories.push(category) - 1;
        numbers.set(category, number);
      }
      ids.push(id);
      categoryNumbers.push(number);
    },
  };
}
