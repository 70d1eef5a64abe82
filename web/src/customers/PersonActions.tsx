import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Refusal } from '../kit/refusal.tsx';
import { saveAs } from '../kit/saveAs.ts';
import { paths } from '../paths.ts';
import { useSession } from '../shell/session.tsx';
import { useCommands } from '../shell/useCommands.ts';
import { exportCustomer } from './queries.ts';

/** The actions on a person's data: an export of all stored data, and its erasure. */
export function PersonActions({ oid }: { readonly oid: string }) {
  const { permissions } = useSession();
  const may = (needed: readonly string[]) => needed.every((each) => permissions.has(each));
  const mayExport = may(['customer_read', 'customer_write', 'order_read', 'auto_order_read']);
  const [error, setError] = useState<Error>();
  const [isBusy, setBusy] = useState(false);
  async function save() {
    setBusy(true);
    setError(undefined);
    try {
      saveAs(`customer-${oid}.json`, await exportCustomer(oid), 'application/json');
    } catch (failed) {
      setError(failed as Error);
    }
    setBusy(false);
  }
  useCommands({ ...(mayExport && { 'customer.export': () => void save() }) });
  return (
    <>
      {mayExport && (
        <Button variant="default" loading={isBusy} onClick={() => void save()}>
          Export everything
        </Button>
      )}
      {may(['customer_write', 'order_write', 'auto_order_write']) && (
        <Button
          variant="default"
          renderRoot={(props) => (
            <Link {...props} data-button to={paths.customerErase} params={{ oid }} />
          )}
        >
          Erase …
        </Button>
      )}
      {error && <Refusal error={error} />}
    </>
  );
}
