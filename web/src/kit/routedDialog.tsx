import { Modal } from '@mantine/core';
import { useCanGoBack, useNavigate, useRouter } from '@tanstack/react-router';
import { type ReactNode, useCallback } from 'react';
import { useIsAskedToLogIn } from '../shell/session.tsx';

/**
 * A dialog with its own address: a copied link opens it, and Back closes it. Closing leads to
 * `parent`, the page below, which does not change.
 */
export function RoutedDialog({
  title,
  parent,
  size = 640,
  children,
}: {
  readonly title: string;
  /** The address of the page below. */
  readonly parent: string;
  readonly size?: number;
  readonly children: ReactNode;
}) {
  const close = useCloseDialog(parent);
  const isAsked = useIsAskedToLogIn();
  return (
    // A click outside the dialog, or Escape in the log-in above it, must not discard typed text.
    <Modal
      opened
      onClose={close}
      title={title}
      size={size}
      closeButtonProps={{ 'aria-label': 'Close' }}
      closeOnClickOutside={false}
      closeOnEscape={!isAsked}
    >
      {children}
    </Modal>
  );
}

/**
 * Closes a routed dialog: goes back to where it was opened, or, after a copied link, to its parent.
 */
export function useCloseDialog(parent: string): () => void {
  const router = useRouter();
  const canGoBack = useCanGoBack();
  const navigate = useNavigate();
  return useCallback(() => {
    if (canGoBack) router.history.back();
    else void navigate({ href: parent, replace: true });
  }, [canGoBack, router, navigate, parent]);
}
