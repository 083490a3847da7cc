import { render } from "preact";
import { Overview } from "./overview.js";
import { readViewAddress } from "./view-address.js";
import { viewApi } from "./view-api.js";
import { ServedReport } from "./served-report.js";

const place = document.getElementById("page");
if (place !== null) void open(place);

/** Shows what the address names, or why it cannot be shown. */
async function open(within: HTMLElement): Promise<void> {
  const { token, choice } = readViewAddress(location.search);
  const api = viewApi(token);
  try {
    if (choice === null) {
      within.replaceChildren();
      render(<Overview api={api} token={token} />, within);
    } else {
      const page = await api.page(choice);
      document.title = `${page.summary.title} – branchbench`;
      within.replaceChildren();
      render(<ServedReport api={api} token={token} choice={choice} page={page} />, within);
    }
  } catch (error) {
    render(<CannotOpen error={error} home={token} />, within);
  }
  within.dataset["ready"] = "true";
}

function CannotOpen({ error, home }: { readonly error: unknown; readonly home: string }) {
  return (
    <main id="main" class="view">
      <h1>This cannot be shown</h1>
      <p class="notice">{error instanceof Error ? error.message : String(error)}</p>
      <p>
        <a href={`/?token=${encodeURIComponent(home)}`}>All results</a>
      </p>
    </main>
  );
}
