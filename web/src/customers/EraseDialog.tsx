import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { DeedForm } from '../kit/deed.tsx';
import { Loaded } from '../kit/loaded.tsx';
import { RoutedDialog } from '../kit/routedDialog.tsx';
import { paths } from '../paths.ts';
import { toast } from '../shell/toasts.tsx';
import { customerQuery, eraseCustomer } from './queries.ts';

/** `/customers/:oid/erase`: erases a customer after the person typed the email address. */
export function EraseDialog() {
  const { oid } = useParams({ from: '/inside/customers/$oid/erase' });
  const result = useQuery(customerQuery(oid));
  return (
    <RoutedDialog title="Erase this customer" parent={paths.customer.replace('$oid', oid)}>
      <Loaded result={result} what="the customer">
        {({ email = '' }) => <Erase oid={oid} email={email} />}
      </Loaded>
    </RoutedDialog>
  );
}

function Erase({ oid, email }: { readonly oid: string; readonly email: string }) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  return (
    <DeedForm
      button="Erase for good"
      isPossible={typed.trim().toLowerCase() === email.toLowerCase()}
      deed={async (decision) => {
        await eraseCustomer(oid, decision);
        toast({ text: `Customer ${oid} erased.` });
        void navigate({ to: paths.customers, replace: true });
      }}
    >
      <p>
        The profile, its mails and its tasks are deleted, and the person is removed from orders,
        auto orders, histories, webhook payloads and the audit log. Orders keep their sums, items
        and dates. Store credit that is left is lost. Afterwards the email and the full name are
        removed from records of other customers. <strong>This cannot be undone.</strong>
      </p>
      <p className="soft">
        The erasure is refused while an auto order is active or an order is open; the refusal names
        them. Delete the payment method at the gateway yourself, and backups that contain the
        person.
      </p>
      <TextInput
        label={`Type ${email} to confirm`}
        value={typed}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </DeedForm>
  );
}
