import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { followTasks, refreshTasks } from './queries.ts';

/**
 * How many tasks would enter, leave or move in the list. The list stays as it is under the pointer
 * until the person presses.
 */
export function LivePill({ query }: { readonly query: string }) {
  const [moved, setMoved] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    setMoved(new Set());
    return followTasks((uuid) => setMoved((before) => new Set([...before, uuid])));
  }, [query]);
  if (moved.size === 0) return null;
  const show = () => {
    setMoved(new Set());
    void refreshTasks();
  };
  return (
    <Button size="compact-sm" variant="light" onClick={show}>
      {moved.size === 1 ? '1 change' : `${moved.size} changes`}
    </Button>
  );
}
