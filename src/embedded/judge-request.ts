import type { JudgedTurn } from "../domain/mt-bench/judge-prompt.js";

/**
 * Reads the conversation out of a judge prompt. Three forms are known: branchbench's own blocks, FastChat's single
 * turn and FastChat's two turns. The form is the one whose mark comes first, because every prompt has its own marks
 * before the first text that somebody else wrote; what looks like a mark further down is that somebody's text.
 *
 * @returns the turns, the last of which is to be judged; undefined where the text is no such prompt
 */
export function readJudgeRequest(prompt: string): readonly [JudgedTurn, ...JudgedTurn[]] | undefined {
  const readers = [
    { at: prompt.search(blockOpening), read: readBlocks },
    { at: firstOf(prompt, [referenceStart, answerStart]), read: readSingle },
    { at: firstOf(prompt, [conversationReferenceStart, conversationStart]), read: readConversation },
  ];
  const first = readers.filter((reader) => reader.at >= 0).sort((left, right) => left.at - right.at)[0];
  const turns = first?.read(prompt);
  const [head, ...rest] = turns ?? [];
  return head === undefined ? undefined : [head, ...rest];
}

function firstOf(text: string, marks: readonly string[]): number {
  const found = marks.map((mark) => text.indexOf(mark)).filter((at) => at >= 0);
  return found.length === 0 ? -1 : Math.min(...found);
}

// branchbench's own form: blocks between lines that carry a delimiter.

const blockOpening = /^=== (.+) (question|reference|answer) (\d+) ===$/mu;

/** A block ends at the line with the prompt's own delimiter and at nothing else. */
function readBlocks(prompt: string): readonly JudgedTurn[] | undefined {
  const delimiter = blockOpening.exec(prompt)?.[1] ?? "";
  const end = `=== ${delimiter} end ===`;
  const turns = new Map<number, { question?: string; reference?: string; answer?: string }>();
  const lines = prompt.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const opening = blockOpening.exec(lines[at] ?? "");
    if (opening === null || opening[1] !== delimiter) {
      continue;
    }
    const close = lines.indexOf(end, at + 1);
    if (close === -1) {
      return undefined;
    }
    const number = Number(opening[3]);
    const label = opening[2] === "answer" || opening[2] === "reference" ? opening[2] : "question";
    turns.set(number, { ...turns.get(number), [label]: lines.slice(at + 1, close).join("\n") });
    at = close;
  }
  return [...turns]
    .sort(([left], [right]) => left - right)
    .flatMap(([, { question, reference, answer }]) =>
      answer === undefined ? [] : [turnOf(question ?? "", answer, reference)],
    );
}

// FastChat's forms. Their marks are fixed, so that a text can contain them: the outermost pair is taken.

const questionStart = "[Question]\n";
const referenceStart = "[The Start of Reference Answer]\n";
const referenceEnd = "\n[The End of Reference Answer]";
const answerStart = "[The Start of Assistant's Answer]\n";
const answerEnd = "\n[The End of Assistant's Answer]";

function readSingle(prompt: string): readonly JudgedTurn[] | undefined {
  const start = prompt.indexOf(answerStart);
  const answer = outermost(prompt, answerStart, answerEnd);
  if (answer === undefined) {
    return undefined;
  }
  const before = prompt.slice(0, start);
  const reference = outermost(before, referenceStart, referenceEnd);
  const intro = reference === undefined ? before : before.slice(0, before.indexOf(referenceStart));
  const question = intro.slice(intro.indexOf(questionStart) + questionStart.length).trim();
  return [turnOf(question, answer, reference)];
}

const conversationStart = "<|The Start of Assistant A's Conversation with User|>\n";
const conversationEnd = "\n<|The End of Assistant A's Conversation with User|>";
const conversationReferenceStart = "<|The Start of Reference Answer|>\n";
const conversationReferenceEnd = "\n<|The End of Reference Answer|>";

const userMark = "### User:\n";
const assistantMark = "\n\n### Assistant A:\n";
const referenceMark = "\n\n### Reference answer:\n";

function readConversation(prompt: string): readonly JudgedTurn[] | undefined {
  const conversation = outermost(prompt, conversationStart, conversationEnd);
  if (conversation === undefined) {
    return undefined;
  }
  const before = prompt.slice(0, prompt.indexOf(conversationStart));
  const references = outermost(before, conversationReferenceStart, conversationReferenceEnd);
  const known = references === undefined ? [] : splitTurns(references, { replyMark: referenceMark, limit: Infinity });
  const turns = splitTurns(conversation, {
    replyMark: assistantMark,
    limit: Math.max(2, known.length),
    questions: known.map((turn) => turn.question),
  });
  return turns.map(({ question, reply }, index) => turnOf(question, reply, known[index]?.reply));
}

interface Exchange {
  readonly question: string;
  readonly reply: string;
}

/**
 * Splits a conversation at the first marks that fit, and no more often than it has turns, so that nothing inside the
 * last answer can move a boundary. Where the questions are known from the references, a turn must begin with its
 * question; where they are not, FastChat's two turns are all there are.
 */
function splitTurns(
  text: string,
  { replyMark, limit, questions = [] }: { replyMark: string; limit: number; questions?: readonly string[] },
): readonly Exchange[] {
  const turns: Exchange[] = [];
  let rest = text.slice(text.indexOf(userMark));
  for (;;) {
    const { question, reply } = readExchange(rest, replyMark);
    const expected = questions[turns.length + 1];
    const boundary = reply.indexOf(`\n\n${userMark}${expected === undefined ? "" : expected + replyMark}`);
    if (boundary === -1 || turns.length + 1 >= limit) {
      return [...turns, { question, reply: reply.trim() }];
    }
    turns.push({ question, reply: reply.slice(0, boundary) });
    rest = reply.slice(boundary + 2);
  }
}

function readExchange(text: string, replyMark: string): Exchange {
  const mark = text.indexOf(replyMark);
  return mark === -1
    ? { question: text.slice(userMark.length), reply: "" }
    : { question: text.slice(userMark.length, mark), reply: text.slice(mark + replyMark.length) };
}

/** The text between the first start mark and the last end mark. */
function outermost(text: string, start: string, end: string): string | undefined {
  const from = text.indexOf(start);
  const to = text.lastIndexOf(end);
  // An empty text has its two marks' line breaks in common.
  return from === -1 || to < from ? undefined : text.slice(from + start.length, Math.max(to, from + start.length));
}

const turnOf = (question: string, answer: string, reference: string | undefined): JudgedTurn =>
  reference === undefined ? { question, answer } : { question, answer, reference };
