import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { NoticeKind } from './notice.ts';

/** Which mails a merchant wants sent, and from whom: the section `notices` of its settings, in the wire's own words. */
export interface NoticeSettings {
  isOn(kind: NoticeKind): boolean;
  readonly fromEmail?: string;
}

/** Every mail is sent unless its switch is off. */
export function noticeSettings({ settings }: Pick<Merchant, 'settings'>): NoticeSettings {
  const section = typeof settings['notices'] === 'object' && settings['notices'] !== null ? (settings['notices'] as Record<string, unknown>) : {};
  const from = section['from_email'];
  return { isOn: (kind) => section[kind] !== false, fromEmail: typeof from === 'string' && from !== '' ? from : undefined };
}
