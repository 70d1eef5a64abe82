import type { Merchant } from '../platform/tenancy/merchant.ts';
import { type CustomerNoticeKind, textOf } from './notice.ts';

/** Which mails a merchant wants sent, and from whom: the section `notices` of its settings, in the wire's own words. */
export interface NoticeSettings {
  isOn(kind: CustomerNoticeKind): boolean;
  readonly fromEmail?: string;
  /** Where the merchant itself is told. */
  readonly merchantEmail?: string;
}

/** Every mail is sent unless its switch is off. */
export function noticeSettings({ settings }: Pick<Merchant, 'settings'>): NoticeSettings {
  const section =
    typeof settings['notices'] === 'object' && settings['notices'] !== null
      ? (settings['notices'] as Record<string, unknown>)
      : {};
  return {
    isOn: (kind) => section[kind] !== false,
    fromEmail: textOf(section['from_email']),
    merchantEmail: textOf(section['merchant_email']),
  };
}
