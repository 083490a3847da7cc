import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { PageSummary } from "../domain/page/page-data.js";
import type { ListView } from "./rows.js";
import type { PageSource } from "./source.js";
import type { SearchState } from "./text-search.js";
import { searchTexts } from "./text-search.js";

interface SearchFieldProps {
  readonly summary: PageSummary;
  readonly source: PageSource;
  readonly view: ListView;
  readonly onChange: (change: Partial<ListView>) => void;
  /** rows whose texts hold the words; null while there is nothing to find */
  readonly onFound: (rows: ReadonlySet<number> | null) => void;
  readonly input: RefObject<HTMLInputElement | null>;
}

/** Shorter words would be found everywhere. */
const shortestSearch = 2;
const pauseMs = 250;

/** Questions are searched at once; answers, references and judgments as soon as somebody stops typing. */
export function SearchField({ summary, source, view, onChange, onFound, input }: SearchFieldProps) {
  const state = useTextSearch({ summary, source, words: view.search.trim(), onFound });
  return (
    <div class="search">
      <label for="search">
        {summary.kind === "mmlu"
          ? "Search questions, choices and written answers"
          : "Search questions, answers, references and judgments"}
      </label>
      <div class="search-line">
        <input
          id="search"
          type="search"
          ref={input}
          value={view.search}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => onChange({ search: event.currentTarget.value })}
        />
        <p class="small" role="status">
          {state === null
            ? ""
            : state.progress < 1
              ? `searching, ${Math.floor(state.progress * 100)} %`
              : "all texts searched"}
        </p>
      </div>
    </div>
  );
}

interface TextSearch extends Pick<SearchFieldProps, "summary" | "source" | "onFound"> {
  readonly words: string;
}

function useTextSearch({ summary, source, words, onFound }: TextSearch): SearchState | null {
  const [state, setState] = useState<SearchState | null>(null);
  useEffect(() => {
    setState(null);
    onFound(null);
    if (words.length < shortestSearch) return undefined;
    const controller = new AbortController();
    const onProgress = (reached: SearchState): void => {
      setState(reached);
      onFound(reached.found);
    };
    const timer = setTimeout(() => {
      searchTexts({ source, summary }, words, { onProgress, signal: controller.signal }).catch(() => setState(null));
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [summary, source, words, onFound]);
  return state;
}
