import { Lazy } from '../kernel/lazy.ts';
import { refuse } from '../platform/http/refusal.ts';
import { commonPassword, passwordFault, spellings } from './passwordRule.ts';

/** Refuses a new password that is too short, too long, or among the first that an attacker tries. */
export async function checkNewPassword(
  password: string,
  field: string,
  words: readonly string[],
): Promise<void> {
  const fault = passwordFault(password, field, words);
  if (fault) refuse('invalid_field', fault);
  const common = await list.get();
  if (spellings(password).some((each) => common.test(each)))
    refuse('invalid_field', commonPassword(field));
}

/** The list takes a moment to unpack, so it is loaded with the first new password. */
const list = new Lazy(async () => (await import('fxa-common-password-list')).default);
