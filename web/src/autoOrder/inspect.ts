import { curlOf } from '../kit/curl.ts';

/** The tabs of the inspector, in the order in which they are shown. */
export const inspectorTabs = ['json', 'curl', 'events'] as const;
export type InspectorTab = (typeof inspectorTabs)[number];

/** Reads the tab from an address; the first tab when it names none. */
export const parseInspector = (search: Record<string, unknown>): { tab?: InspectorTab } => {
  const tab = inspectorTabs.find((each) => each === search['tab']);
  return tab === undefined || tab === 'json' ? {} : { tab };
};

/** The requests for the data of the page, each with its purpose. */
export function requestsOf(code: string, oid: number, expand: string, origin: string) {
  const own = `/perennial/v1/auto_orders/${oid}`;
  const requests: readonly (readonly [string, string])[] = [
    ['The auto order', `/rest/v2/auto_order/auto_orders/code/${code}?_expand=${expand}`],
    ['The rebills to come, with their rules', `${own}/preview?count=12`],
    ['What happened to it', `${own}/timeline?_limit=40`],
    [
      'The events of the merchant, including those of this auto order',
      '/perennial/v1/events?_limit=100',
    ],
  ];
  return requests.map(([what, path]) => ({ what, curl: curlOf({ method: 'GET', path }, origin) }));
}
