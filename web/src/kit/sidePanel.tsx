import { ActionIcon } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { Icon } from './icons.tsx';
import classes from './sidePanel.module.css';
import { Contained } from './states.tsx';

/** A panel next to the list, which stays usable. Escape closes it. */
export function SidePanel({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  onClose(): void;
  readonly children: ReactNode;
}) {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) close.current();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <aside className={classes['panel']} aria-label={title}>
      <div className={classes['head']}>
        <h2>{title}</h2>
        <ActionIcon aria-label="Close the panel" onClick={onClose}>
          <Icon name="close" />
        </ActionIcon>
      </div>
      <Contained>{children}</Contained>
    </aside>
  );
}
