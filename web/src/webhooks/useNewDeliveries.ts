import { useEffect, useState } from 'react';
import type { ListState } from '../kit/searchParts.ts';
import type { ListChanges } from '../live/queries.ts';
import { useSession } from '../shell/session.tsx';
import { isDeliveryListed } from './deliveryList.ts';
import { onDelivery, readDeliveriesAgain } from './queries.ts';

/** From this number on the new tries are not counted. */
const countedMax = 1000;

/**
 * The tries that would enter the list since it was read. The list stays as it is until the person
 * presses, so that nothing moves under the pointer.
 */
export function useNewDeliveries(state: ListState, isReadAgain: boolean): ListChanges {
  const { zone } = useSession().merchant;
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const { open: _open, ...listed } = state;
  const search = JSON.stringify(listed);
  useEffect(() => {
    if (isReadAgain) setFresh(new Set());
  }, [isReadAgain]);
  useEffect(() => {
    setFresh(new Set());
    return onDelivery((delivery) => {
      if (!isDeliveryListed(JSON.parse(search), delivery, zone)) return;
      const id = delivery.request_id ?? '';
      setFresh((before) => (before.size > countedMax ? before : new Set([...before, id])));
    });
  }, [search, zone]);
  return { count: fresh.size, isMany: fresh.size > countedMax, show: readDeliveriesAgain };
}
