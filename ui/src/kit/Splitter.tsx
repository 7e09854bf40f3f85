/** The edge between two panes: drawn by mouse, moved by arrow keys; its pane keeps the width it was given. */
import { useState, type KeyboardEvent, type PointerEvent } from "react";

import { EDGE_STEP } from "../theme/sizes";
import styles from "./Splitter.module.css";

export interface Bounds {
  readonly initial: number;
  readonly least: number;
  readonly most: number;
}

/** A pane's width in pixels, remembered under `name` on this device. */
export function useWidth(name: string, bounds: Bounds): [number, (width: number) => void] {
  const [width, setWidth] = useState(() => clamp(Number(localStorage.getItem(`width.${name}`) ?? bounds.initial), bounds));
  const change = (next: number) => {
    const fitting = clamp(next, bounds);
    localStorage.setItem(`width.${name}`, String(fitting));
    setWidth(fitting);
  };
  return [width, change];
}

function clamp(width: number, { initial, least, most }: Bounds): number {
  return Number.isFinite(width) ? Math.round(Math.max(least, Math.min(most, width))) : initial;
}

interface Props {
  label: string;
  /** Which pane it sizes: the one before it, or the one after. */
  sizes: "before" | "after";
  width: number;
  bounds: Bounds;
  onWidth: (width: number) => void;
}

export function Splitter({ label, sizes, width, bounds, onWidth }: Props) {
  const turn = sizes === "before" ? 1 : -1;
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const edge = event.currentTarget;
    const from = event.clientX;
    const drag = (moved: globalThis.PointerEvent) => onWidth(width + turn * (moved.clientX - from));
    const stop = () => {
      edge.removeEventListener("pointermove", drag);
      edge.removeEventListener("pointerup", stop);
      edge.removeEventListener("pointercancel", stop);
    };
    edge.setPointerCapture(event.pointerId);
    edge.addEventListener("pointermove", drag);
    edge.addEventListener("pointerup", stop);
    edge.addEventListener("pointercancel", stop);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -EDGE_STEP, ArrowRight: EDGE_STEP }[event.key];
    if (step === undefined || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    onWidth(width + turn * step);
  };
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={bounds.least}
      aria-valuemax={bounds.most}
      tabIndex={0}
      className={styles.edge}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDoubleClick={() => onWidth(bounds.initial)}
    />
  );
}
