import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type RefObject, useEffect, useState } from 'react';
import { preferences } from '../shell/preferences.ts';
import { useStore } from './store.ts';

/** Calculates which rows are visible and the grid's layout for its width. */
export function useWindow(
  scroller: RefObject<HTMLDivElement | null>,
  count: number,
  columns: readonly { readonly width: string }[],
  /** The scroll position in which the list was left. */
  leftAtPx = 0,
) {
  const density = useStore(preferences, (chosen) => chosen.density);
  const isNarrow = useIsNarrow(scroller);
  const rowPx = isNarrow ? narrowRowPx : rowHeightPx[density];
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    initialOffset: leftAtPx,
    // The rows start below the header, which the virtual list does not count.
    scrollPaddingEnd: isNarrow ? 0 : headerPx,
    overscan: 8,
  });
  useEffect(() => virtual.measure(), [rowPx, virtual]);
  const tracks = ['34px', ...columns.map(({ width }) => width)].join(' ');
  return {
    virtual,
    isNarrow,
    style: { '--tracks': tracks, '--row': `${rowPx}px` } as CSSProperties,
  };
}

/** On narrow screens there is no header. */
const headerPx = 36;
const rowHeightPx = { comfortable: 38, compact: 32 };
/** Rows with two lines: below this width, the columns do not fit. */
const narrowRowPx = 66;
const narrowPx = 640;

function useIsNarrow(element: RefObject<HTMLElement | null>): boolean {
  const [isNarrow, setNarrow] = useState(() => innerWidth < narrowPx);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) =>
      setNarrow((entry?.contentRect.width ?? narrowPx) < narrowPx),
    );
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return isNarrow;
}

/**
 * Returns whether a row is completely visible between the header and the lower edge. Asking the
 * browser would make it calculate the layout at each key press.
 */
export function isInView(virtual: Virtualizer<HTMLDivElement, Element>, index: number): boolean {
  const [top, height] = [virtual.scrollOffset ?? 0, virtual.scrollRect?.height ?? 0];
  const rowPx = virtual.options.estimateSize(index);
  return index * rowPx >= top && (index + 1) * rowPx + headerPx <= top + height;
}
