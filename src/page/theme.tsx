import { useLayoutEffect, useState } from "preact/hooks";

const themes = ["auto", "light", "dark"] as const;
type Theme = (typeof themes)[number];

const words: Readonly<Record<Theme, string>> = { auto: "Auto", light: "Light", dark: "Dark" };

/** Follows the system until somebody chooses. */
export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>("auto");
  useLayoutEffect(() => {
    if (theme === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? "auto";
  return (
    <button type="button" class="plain" onClick={() => setTheme(next)} title={`Change to ${words[next].toLowerCase()}`}>
      <span class="sr-only">Colours: </span>
      {words[theme]}
    </button>
  );
}
