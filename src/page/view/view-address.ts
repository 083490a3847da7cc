/** What the viewer's address says: who may see, and what is shown. */
export interface ViewAddress {
  readonly token: string;
  /** which page is open; null for the list of results */
  readonly choice: URLSearchParams | null;
}

export function readViewAddress(search: string): ViewAddress {
  const choice = new URLSearchParams(search);
  const token = choice.get("token") ?? "";
  choice.delete("token");
  return { token, choice: choice.has("set") ? choice : null };
}

/** The address of a page; without a choice of the list of results. */
export function viewLink(token: string, choice: Readonly<Record<string, string>> = {}): string {
  return `/?${new URLSearchParams({ token, ...choice })}`;
}
