import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { followTasks, refreshTasks } from './queries.ts';

/**
 * The number of tasks that would enter, leave or move in the list. The list does not change until
 * the person presses it.
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
