/** A value that moves fast, once it rests: whoever holds an arrow key down passes by a hundred messages and opens one. */
import { useEffect, useRef, useState } from "react";

/** Longer than the keyboard's repetition, in milliseconds. */
const REST = 120;

export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  const changedAt = useRef(-REST);
  useEffect(() => {
    const now = performance.now();
    const isCalm = now - changedAt.current >= REST;
    changedAt.current = now;
    if (isCalm) {
      setSettled(value);
      return;
    }
    const timer = setTimeout(() => setSettled(value), REST);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
