import { render } from "preact";
import { App } from "./app.js";
import { AnswerNotes, HumanRatings } from "./human-ratings.js";
import { embeddedSource } from "./source.js";

const place = document.getElementById("page");
if (place !== null) void open(place);

/** Shows the report, or why it cannot be shown. */
async function open(within: HTMLElement): Promise<void> {
  try {
    const source = embeddedSource(document);
    const summary = await source.summary();
    document.title = `${summary.title} – branchbench`;
    within.replaceChildren();
    render(
      <AnswerNotes.Provider value={(answer) => <HumanRatings ratings={summary.humanRatings} answer={answer} />}>
        <App summary={summary} source={source} />
      </AnswerNotes.Provider>,
      within,
    );
    within.dataset["ready"] = "true";
  } catch (error) {
    const notice = document.createElement("p");
    notice.textContent = `The report cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
    within.replaceChildren(notice);
  }
}
