import { Button } from '@mantine/core';
import { useCommands } from '../shell/useCommands.ts';
import type { ListChanges } from './queries.ts';

/**
 * The number of rows that would enter, leave or move in the list; pressing it reads the list again.
 */
export function LivePill({ changes: { count, isMany, show } }: { readonly changes: ListChanges }) {
  const isShown = count > 0 || isMany;
  useCommands({ 'list.changes': isShown ? show : undefined });
  return (
    <span role="status">
      {isShown && (
        <Button size="compact-sm" variant="light" onClick={show}>
          {isMany ? 'Many changes' : count === 1 ? '1 change' : `${count} changes`}
        </Button>
      )}
    </span>
  );
}
