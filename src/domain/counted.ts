/**
 * A number with its noun: `1 question`, `2 questions`.
 *
 * @param several where more than an `s` tells it from one: `answer is`, `answers are`
 */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
