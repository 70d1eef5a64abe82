import type { Toast } from '../shell/toasts.tsx';
import type { Done } from './queries.ts';

/** The message about a saved change, with the server's warning. */
export function toastOf(code: string, words: string, done: Done): Toast {
  const { charged, undo, warning } = done;
  if (charged && !charged.isPaid)
    return { text: `${code}: Not charged. ${firstLine(charged.reason)}`, tone: 'bad' };
  if (charged)
    return { text: `${code}: It is charged with order ${charged.orderId}. This cannot be undone.` };
  return { text: [`${code}: ${words}`, warning].filter(Boolean).join(' '), undo };
}

const firstLine = (text: string): string => text.split('\n')[0] ?? text;
