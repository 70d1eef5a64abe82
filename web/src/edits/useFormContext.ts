import { useQuery } from '@tanstack/react-query';
import type { Refused } from '../api/refused.ts';
import { useNow } from '../kit/now.ts';
import { useSession } from '../shell/session.tsx';
import type { FormContext, Part } from './form.ts';
import { mergePart } from './otherParts.ts';
import { type Base, cancelReasonsQuery, mergeableQuery } from './queries.ts';
import { cancelPart } from './stopParts.ts';

/** The inputs of a form besides the auto order; `context` is absent while it is being read. */
export function useFormContext(
  code: string,
  part: Part,
  base: Base,
): { context?: FormContext; error?: Refused | null; retry(): void } {
  const { merchant, user } = useSession();
  const now = useNow();
  const reasons = useQuery({ ...cancelReasonsQuery, enabled: part === cancelPart });
  const mergeable = useQuery({ ...mergeableQuery(code, base), enabled: part === mergePart });
  const needed = part === cancelPart ? reasons : part === mergePart ? mergeable : undefined;
  const retry = () => void needed?.refetch();
  if (needed && !needed.data) return { error: needed.error, retry };
  return {
    context: {
      now,
      zone: merchant.zone,
      login: user.login,
      cancelReasons: reasons.data ?? [],
      mergeable: mergeable.data ?? [],
    },
    retry,
  };
}
