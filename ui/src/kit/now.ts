/** The time for ages on the page, looked at often enough for minutes. */
import { useEffect, useState } from "react";

const LOOK_EVERY = 20_000;

export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);
  return now;
}
