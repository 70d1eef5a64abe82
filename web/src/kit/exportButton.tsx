import { ActionIcon, Tooltip } from '@mantine/core';
import { memo } from 'react';
import { running } from '../shell/useCommands.ts';
import { Icon } from './icons.tsx';
import { useStore } from './store.ts';

/** The button that saves the selected rows of a list, or all of them, as CSV. */
export const ExportButton = memo(function ExportButton() {
  const save = useStore(running, (now) => now.get('list.export'));
  return (
    <Tooltip label="Save as CSV">
      <ActionIcon aria-label="Save as CSV" disabled={!save} onClick={() => save?.()}>
        <Icon name="download" />
      </ActionIcon>
    </Tooltip>
  );
});
