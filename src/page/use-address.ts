import { useCallback, useEffect, useState } from "preact/hooks";
import type { PageSummary } from "../domain/page/page-data.js";
import type { Address } from "./address.js";
import { isAddress, readAddress, writeAddress } from "./address.js";

/** The address and a way to change it: links and the back button work as anywhere else. */
export function useAddress(summary: PageSummary): readonly [Address, (change: Partial<Address>) => void] {
  const [address, setAddress] = useState(() => readAddress(location.hash, summary));
  useEffect(() => {
    const read = (): void => {
      // a section of the page is no question: it leaves the list as it is
      if (isAddress(location.hash)) setAddress(readAddress(location.hash, summary));
    };
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, [summary]);
  const change = useCallback(
    (part: Partial<Address>) =>
      setAddress((before) => {
        const next = { ...before, ...part };
        history.replaceState(null, "", writeAddress(next, summary));
        return next;
      }),
    [summary],
  );
  return [address, change];
}
