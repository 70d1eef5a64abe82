import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { NotShown, Waiting } from './states.tsx';

/** Shows the data of a query; while it loads or when it was refused, shows that state. */
export function Loaded<T>({
  result: { data, error, refetch },
  what,
  rows = 3,
  children,
}: {
  readonly result: UseQueryResult<T>;
  readonly what: string;
  /** The height of the placeholder. */
  readonly rows?: number;
  children(data: T): ReactNode;
}) {
  if (data !== undefined) return <>{children(data)}</>;
  if (error) return <NotShown refused={error} onRetry={() => void refetch()} />;
  return <Waiting what={what} rows={rows} />;
}
