import { type RefObject, useEffect, useRef } from 'react';

/**
 * Gives the focus to the first field of a form in a dialog, whether the form is there when the dialog
 * opens or is read later.
 */
export function useFocusedFirst<Element extends HTMLElement>(): RefObject<Element | null> {
  const form = useRef<Element>(null);
  useEffect(() => {
    const first = form.current?.querySelector<HTMLElement>('input:enabled, select, textarea');
    // A dialog that opens gives the focus to the element with this attribute instead of its Close
    // button.
    first?.setAttribute('data-autofocus', '');
    first?.focus();
  }, []);
  return form;
}
