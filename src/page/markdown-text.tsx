import { useLayoutEffect, useRef } from "preact/hooks";
import { safeMarkdown } from "./safe-markdown.js";

/** Somebody's text, formatted as far as that is safe. */
export function MarkdownText({ text }: { readonly text: string }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place.current?.replaceChildren(safeMarkdown(text));
  }, [text]);
  return <div class="prose" ref={place} />;
}
